/**
 * Tells people what is being made and how long it took. Where the lines go is the caller's choice.
 */

export class Progress {
  readonly #write: (line: string) => void;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  say(line: string): void {
    this.#write(line);
  }

  /** Does the work, with a line before it and one, with its seconds, after it. */
  async during<Result>(task: string, work: () => Promise<Result>): Promise<Result> {
    this.#write(`${task} ...`);
    const startedMs = performance.now();
    const result = await work();
    this.#write(`${task}: ${((performance.now() - startedMs) / 1000).toFixed(0)} s`);
    return result;
  }
}
