/**
 * Lets so much work be under way at a time, in the order in which it came: what is begun is finished
 * before more is begun, so a rush takes longer and does not end in time-outs.
 */

export class Turnstile {
  readonly #most: number;
  #underWay = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Begins the work when it is its turn, and resolves or rejects as the work does. */
  async through<T>(work: () => Promise<T>): Promise<T> {
    await this.#turn();
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  async #turn(): Promise<void> {
    if (this.#underWay < this.#most) {
      this.#underWay++;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    await promise;
  }

  /** Hands the place on to who waits the longest. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#underWay--;
    else next();
  }
}
