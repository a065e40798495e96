/**
 * Commits of simulated peers: written in order, each after a sync that takes time and may fail, and
 * only then what follows from it.
 */
import type { CoreEffect } from '../../peer/core/core-event.ts';
import type { Write } from '../../peer/ipam/writes.ts';
import { type Stage, laterAt } from './happening.ts';
import { between } from './network.ts';
import type { Observer } from './observer.ts';
import type { SimulatedPeer } from './simulated-peer.ts';

/** Of an SSD, and of one that is busy. */
const DISK_SYNC_MS = { least: 1, most: 8 };

export interface CommitsOptions {
  readonly execute: (peer: SimulatedPeer, effects: readonly CoreEffect[]) => void;
  /** A sync failed: the process must end. */
  readonly failed: (peer: SimulatedPeer) => void;
  readonly observer: Partial<Observer> | undefined;
}

export interface Commit {
  readonly writes: readonly Write[];
  readonly then: readonly CoreEffect[];
}

export class Commits {
  readonly #stage: Stage;
  readonly #options: CommitsOptions;

  constructor(stage: Stage, options: CommitsOptions) {
    this.#stage = stage;
    this.#options = options;
  }

  add(peer: SimulatedPeer, { writes, then }: Commit): void {
    const { disk } = peer;
    const { now, random } = this.#stage;
    this.#options.observer?.committing?.(peer, writes);
    disk.write(writes);
    // What writes nothing waits for those before it, and needs no sync of its own.
    const syncMs = writes.length === 0 ? 0 : between(DISK_SYNC_MS, random);
    disk.busyUntil = Math.max(disk.busyUntil, now) + syncMs;
    laterAt(this.#stage, peer, disk.busyUntil - now, () => this.#sync(peer, { writes, then }));
  }

  /** The process ended: the write under way is whole or not there. */
  drop(peer: SimulatedPeer): void {
    const isTailKept = peer.disk.isWriting && this.#stage.random() < 0.5;
    const lost = peer.disk.crash(isTailKept);
    this.#options.observer?.interrupted?.(peer, { isTailKept, lost });
    peer.disk.busyUntil = this.#stage.now;
  }

  #sync(peer: SimulatedPeer, { writes, then }: Commit): void {
    if (peer.disk.isBroken && writes.length > 0) {
      this.#options.observer?.diskFailed?.(peer);
      return this.#options.failed(peer);
    }
    peer.disk.sync();
    this.#options.observer?.synced?.(peer, writes);
    this.#options.execute(peer, then);
  }
}
