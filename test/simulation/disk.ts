/** A peer's disk: what was synced outlives a crash, and the write under way may or may not. */
import type { Durable } from '../../peer/ipam/durable.ts';
import type { Write } from '../../peer/ipam/writes.ts';
import { MemoryStore } from '../unit/ipam/memory-store.ts';

export class Disk {
  readonly #store = new MemoryStore();
  /** Grew at each start. */
  epoch = 0;
  /** When the last write ends: writes are synced in their order. */
  busyUntil = 0;
  /** Every sync fails from now on, as after EIO. */
  isBroken = false;
  /** Asked for and not yet synced, oldest first. */
  #pending: (readonly Write[])[] = [];

  get durable(): Durable {
    return this.#store.durable;
  }

  write(writes: readonly Write[]): void {
    this.#pending.push(writes);
  }

  /** The oldest write is on the medium. */
  sync(): void {
    this.#store.commit(this.#pending.shift() ?? []);
  }

  /**
   * What was not synced is lost, but for the write under way: that is whole or not there. Answers
   * how many were lost.
   */
  crash(isTailKept: boolean): number {
    if (isTailKept) this.sync();
    const lost = this.#pending.length;
    this.#pending = [];
    return lost;
  }

  get isWriting(): boolean {
    return this.#pending.length > 0;
  }
}
