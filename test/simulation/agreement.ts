/** How many different directories there are among the peers that run, kept up to date at each step. */
import type { SimulatedPeer } from './simulated-peer.ts';

export class Agreement {
  readonly #hashes = new Map<SimulatedPeer, bigint>();
  readonly #counts = new Map<bigint, number>();

  /** Peers that run. */
  get size(): number {
    return this.#hashes.size;
  }

  /** Different directories among them. */
  get directories(): number {
    return this.#counts.size;
  }

  look(peer: SimulatedPeer): void {
    const { setHash } = peer.machine.mesh.directory;
    const before = this.#hashes.get(peer);
    if (before === setHash) return;
    this.#leave(before);
    this.#hashes.set(peer, setHash);
    this.#counts.set(setHash, (this.#counts.get(setHash) ?? 0) + 1);
  }

  forget(peer: SimulatedPeer): void {
    this.#leave(this.#hashes.get(peer));
    this.#hashes.delete(peer);
  }

  #leave(hash: bigint | undefined): void {
    if (hash === undefined) return;
    const left = (this.#counts.get(hash) ?? 0) - 1;
    if (left > 0) this.#counts.set(hash, left);
    else this.#counts.delete(hash);
  }
}
