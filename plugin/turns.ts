/** Runs tasks of the same key one after the other, and tasks of different keys side by side. */

export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs the task when all earlier ones of its key are over, however they ended. */
  async take<T>(key: string, task: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const turn = before.then(task, task);
    this.#last.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.#last.get(key) === turn) this.#last.delete(key);
    }
  }
}
