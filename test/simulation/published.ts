/**
 * The truth about records: what each writer published last, and which version of it each peer has.
 * Versions only grow, at the writer and at everybody else, and nobody learns what nobody wrote.
 */
import type { PeerId } from '../../peer/mesh/peer-id.ts';
import { type DirectoryRecord, type RecordKind } from '../../peer/mesh/record.ts';
import type { SimulatedPeer } from './simulated-peer.ts';
import { hold } from './violation.ts';

type ByKind = { [Kind in RecordKind]?: DirectoryRecord };

export class Published {
  readonly #isHostile: (writer: PeerId) => boolean;
  /** The newest version of each record that its writer took into its own directory. */
  readonly #newest = new Map<PeerId, ByKind>();
  readonly #setBack = new Set<PeerId>();
  readonly #known = new Map<SimulatedPeer, Map<PeerId, ByKind>>();

  /** `isHostile`: whose records the simulated peers themselves do not publish. */
  constructor(isHostile: (writer: PeerId) => boolean) {
    this.#isHostile = isHostile;
  }

  /** Its disk is a copy: it may publish the same versions again, until it is found out. */
  setBack(writer: PeerId): void {
    this.#setBack.add(writer);
  }

  /** The peer's process begins with an empty directory. */
  forget(peer: SimulatedPeer): void {
    this.#known.delete(peer);
  }

  learned(peer: SimulatedPeer, record: DirectoryRecord): void {
    // Of an earlier run it is what others had of it.
    if (record.peer === peer.id && record.epoch === peer.disk.epoch) this.#publish(record);
    const known = this.#knownTo(peer);
    const kind = record.content.type;
    const before = known.get(record.peer)?.[kind];
    hold('I4', before === undefined || isNewer(record, before), () => {
      const versions = [before, record].map((one) => `${one?.epoch}/${one?.seq}`).join(' to ');
      return `node${peer.n}: the ${kind} record of ${record.peer} went from ${versions}`;
    });
    known.set(record.peer, { ...known.get(record.peer), [kind]: record });
    if (this.#isHostile(record.peer)) return;
    const newest = this.#newest.get(record.peer)?.[kind];
    const isGenuine = newest !== undefined && !isNewer(record, newest);
    hold('genuine', isGenuine, () => `node${peer.n} learned what ${record.peer} never published`);
  }

  newest(writer: PeerId): readonly DirectoryRecord[] {
    return this.#setBack.has(writer) ? [] : Object.values(this.#newest.get(writer) ?? {});
  }

  #publish(record: DirectoryRecord): void {
    const kinds = this.#newest.get(record.peer) ?? {};
    const isAgain = Object.values(kinds).some((before) => !isNewer(record, before));
    if (this.#setBack.has(record.peer) && isAgain) return;
    for (const before of Object.values(kinds))
      hold('own-version', isNewer(record, before), () => {
        const versions = `${before.epoch}/${before.seq}, then ${record.epoch}/${record.seq}`;
        return `${record.peer} published ${versions}`;
      });
    this.#newest.set(record.peer, { ...kinds, [record.content.type]: record });
  }

  #knownTo(peer: SimulatedPeer): Map<PeerId, ByKind> {
    const known = this.#known.get(peer) ?? new Map<PeerId, ByKind>();
    this.#known.set(peer, known);
    return known;
  }
}

/** By its definition, and not by the code under test. */
function isNewer(one: DirectoryRecord, other: DirectoryRecord): boolean {
  return one.epoch > other.epoch || (one.epoch === other.epoch && one.seq > other.seq);
}
