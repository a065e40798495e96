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

  /** It says that its identity is not to be used any more. */
  isFenced = false;

  get durable(): Durable {
    return this.#store.durable;
  }

  write(writes: readonly Write[]): void {
    this.#pending.push(writes);
  }

  /** The oldest write is on the medium. */
  sync(): void {
    const writes = this.#pending.shift() ?? [];
    this.#store.commit(writes);
    if (writes.some(({ type }) => type === 'set-fenced')) this.isFenced = true;
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

  /** What is on it, to be put back later. */
  copy(): { readonly durable: Durable; readonly epoch: number } {
    return { durable: this.durable, epoch: this.epoch };
  }

  /** It is as it was when the copy was made. */
  restore({ durable, epoch }: ReturnType<Disk['copy']>): void {
    this.#store.durable = durable;
    this.epoch = epoch;
    this.isFenced = false;
  }

  get isWriting(): boolean {
    return this.#pending.length > 0;
  }
}
