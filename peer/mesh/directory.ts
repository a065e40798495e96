/**
 * The directory: all the records that a peer knows, one for each (writer, kind), newest version
 * only. Keeps the digests that let two peers find what one of them lacks. It trusts its caller to
 * have checked signatures.
 *
 * With 10,000 peers an entry costs about 46 bytes beside its record, which is why there is no order
 * of everybody but the one that is made when it is asked for.
 */
import { BUCKET_COUNT } from './limits.ts';
import { type PeerId, readHex } from './peer-id.ts';
import {
  type DirectoryRecord,
  type LinksContent,
  type PeerContent,
  type RecordId,
  type RecordKey,
  compareVersions,
} from './record.ts';

export type PeerRecord = DirectoryRecord & { readonly content: PeerContent };
export type LinksRecord = DirectoryRecord & { readonly content: LinksContent };

/** The bucket of a writer's records: the first byte of its id, which is a hash already. */
export function bucketOf(peer: PeerId): number {
  return readHex(peer, { from: 0, digits: 2 });
}

export class Directory {
  readonly #peers = new Map<PeerId, PeerRecord>();
  readonly #links = new Map<PeerId, LinksRecord>();
  /** Sums wrap by themselves: modulo 2^64. */
  readonly #bucketDigests = new BigUint64Array(BUCKET_COUNT);
  #setHash = 0n;
  /** Ids of all peers with a `peer` record, sorted; made when it is first asked for. */
  #peerIds: PeerId[] | undefined;

  get size(): number {
    return this.#peers.size + this.#links.size;
  }

  /** Sum of all digests modulo 2^128: equal on two peers when their directories are (but by chance). */
  get setHash(): bigint {
    return this.#setHash;
  }

  /** One sum a bucket, modulo 2^64. */
  get bucketDigests(): readonly bigint[] {
    return [...this.#bucketDigests];
  }

  get({ peer, kind }: RecordKey): DirectoryRecord | undefined {
    return kind === 'peer' ? this.#peers.get(peer) : this.#links.get(peer);
  }

  /** Whether this version, or a newer one of the same record, is here. */
  has(id: RecordId): boolean {
    const known = this.get(id);
    return known !== undefined && compareVersions(known, id) >= 0;
  }

  peer(id: PeerId): PeerRecord | undefined {
    return this.#peers.get(id);
  }

  /** Whom the peer says it can't reach. */
  down(id: PeerId): readonly PeerId[] {
    return this.#links.get(id)?.content.down ?? [];
  }

  /** Everybody's word on whom they can't reach, in the order in which they first had one. */
  accusations(): Iterable<LinksRecord> {
    return this.#links.values();
  }

  peerIds(): readonly PeerId[] {
    this.#peerIds ??= [...this.#peers.keys()].sort();
    return this.#peerIds;
  }

  /** In order of their ids. */
  peers(): readonly PeerRecord[] {
    return this.peerIds().flatMap((id) => this.peer(id) ?? []);
  }

  /** The same in the order in which they first came: for those to whom no order matters. */
  peersAsTheyCame(): Iterable<PeerRecord> {
    return this.#peers.values();
  }

  /**
   * All records in these buckets, by bucket: one walk over the directory, whatever is asked. In the
   * order in which they are sent, and `links` are not taken before their writer's `peer` record.
   */
  inBuckets(buckets: ReadonlySet<number>): ReadonlyMap<number, readonly DirectoryRecord[]> {
    const found = new Map<number, DirectoryRecord[]>();
    for (const bucket of buckets) found.set(bucket, []);
    for (const record of this.#peers.values()) found.get(bucketOf(record.peer))?.push(record);
    for (const record of this.#links.values()) found.get(bucketOf(record.peer))?.push(record);
    return found;
  }

  /** Takes the record if it is newer than what is here; says whether it was. */
  apply(record: DirectoryRecord): boolean {
    const of = record.content.type === 'peer' ? this.#peers : this.#links;
    const known: DirectoryRecord | undefined = of.get(record.peer);
    if (known !== undefined && compareVersions(known, record) >= 0) return false;
    if (isPeerRecord(record)) {
      if (known === undefined && this.#peerIds !== undefined) insert(this.#peerIds, record.peer);
      this.#peers.set(record.peer, record);
    } else if (isLinksRecord(record)) {
      this.#links.set(record.peer, record);
    }
    this.#add(record.peer, record.digest - (known?.digest ?? 0n));
    return true;
  }

  /** Forgets the writer: all its records. */
  remove(peer: PeerId): void {
    for (const record of [this.#peers.get(peer), this.#links.get(peer)])
      if (record !== undefined) this.#add(peer, -record.digest);
    if (this.#peers.delete(peer)) this.#peerIds = undefined;
    this.#links.delete(peer);
  }

  #add(peer: PeerId, digest: bigint): void {
    const bucket = bucketOf(peer);
    this.#setHash = BigInt.asUintN(128, this.#setHash + digest);
    this.#bucketDigests[bucket] = (this.#bucketDigests[bucket] ?? 0n) + digest;
  }
}

export function isPeerRecord(record: DirectoryRecord): record is PeerRecord {
  return record.content.type === 'peer';
}

function isLinksRecord(record: DirectoryRecord): record is LinksRecord {
  return record.content.type === 'links';
}

/** Into its place in the sorted list. */
function insert(sorted: PeerId[], id: PeerId): void {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? id) < id) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, id);
}
