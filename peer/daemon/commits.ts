/**
 * Group commit: what was asked for in one turn of the event loop shares one transaction and one
 * fsync. What follows a commit runs after it is on disk, in the order in which commits were asked
 * for. A commit that fails is the end of the process: it is never gone on after a failed fsync.
 */
import type { CoreEffect } from '../core/core-event.ts';
import type { Write } from '../ipam/writes.ts';

interface Commit {
  readonly writes: readonly Write[];
  readonly then: readonly CoreEffect[];
}

export class Commits {
  readonly #write: (writes: readonly Write[]) => void;
  readonly #execute: (effects: readonly CoreEffect[]) => void;
  #queue: Commit[] = [];
  #isScheduled = false;

  /** `write` is durable when it returns; what it throws goes to the process's last resort. */
  constructor(
    write: (writes: readonly Write[]) => void,
    execute: (effects: readonly CoreEffect[]) => void,
  ) {
    this.#write = write;
    this.#execute = execute;
  }

  add(commit: Commit): void {
    this.#queue.push(commit);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.flush());
  }

  /** Writes all that is queued now. */
  flush(): void {
    this.#isScheduled = false;
    const queue = this.#queue;
    this.#queue = [];
    const writes = queue.flatMap((commit) => commit.writes);
    if (writes.length > 0) this.#write(writes);
    this.#execute(queue.flatMap((commit) => commit.then));
  }
}
