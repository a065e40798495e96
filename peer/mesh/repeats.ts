/**
 * What each peer brings that is of no use here: records that are known already or refused, ids, and
 * frames as such. Honest peers bring much of it, as what is new comes by several links; who brings it
 * without end wears out our patience. It is the peer's and not its link's (patience.ts).
 */
import { BoundedMap } from '../bounded-map.ts';
import type { BoundHits } from './bound-hits.ts';
import type { MeshFrame } from './frame.ts';
import { FRAME_COST_BYTES, ID_COST_BYTES, MISBEHAVING_PEERS_MAX, REPEATS_RATE } from './limits.ts';
import type { PeerId } from './peer-id.ts';

/** As long as it takes to earn back a whole burst. */
const BURST_MS = (REPEATS_RATE.burstBytes * 1_000) / REPEATS_RATE.bytesPerSecond;

export class Repeats {
  /** When each will have earned back what it has spent. */
  readonly #paidAt = new BoundedMap<PeerId, number>(MISBEHAVING_PEERS_MAX);
  readonly #hits: BoundHits;
  /** Called for each that is too many: whether the peer is still borne with. */
  readonly #mayErr: (now: number, peer: PeerId) => boolean;

  constructor(hits: BoundHits, mayErr: (now: number, peer: PeerId) => boolean) {
    this.#hits = hits;
    this.#mayErr = mayErr;
  }

  /** So many bytes more of records; false when the peer is borne with no more. */
  spend(now: number, peer: PeerId, bytes: number): boolean {
    const paidAt =
      Math.max(now, this.#paidAt.get(peer) ?? now) + (bytes * 1_000) / REPEATS_RATE.bytesPerSecond;
    if (paidAt > now + BURST_MS) {
      this.#hits.add('too-many-repeats');
      return this.#mayErr(now, peer);
    }
    this.#paidAt.set(peer, paidAt);
    return true;
  }

  /** The same for a frame, but for the records in it. */
  spendOn(now: number, peer: PeerId, frame: MeshFrame): boolean {
    return this.spend(now, peer, costOf(frame));
  }
}

function costOf(frame: MeshFrame): number {
  const isOfIds = frame.type === 'have' || frame.type === 'want';
  return FRAME_COST_BYTES + (isOfIds ? frame.ids.length * ID_COST_BYTES : 0);
}
