/**
 * The directory: all the records that a peer knows, one for each (writer, kind), newest version
 * only. Keeps the digests that let two peers find what one of them lacks. It trusts its caller to
 * have checked signatures.
 */
import { assert } from '../assert.ts';
import { BUCKET_COUNT } from './limits.ts';
import type { PeerId } from './peer-id.ts';
import {
  type DirectoryRecord,
  type LinksContent,
  type PeerContent,
  type RecordBody,
  type RecordId,
  type RecordKey,
  compareVersions,
  recordId,
  recordKey,
} from './record.ts';

export type PeerRecord = DirectoryRecord & { readonly content: PeerContent };

/** The bucket of a writer's records: the first byte of its id, which is a hash already. */
export function bucketOf(peer: PeerId): number {
  return Number.parseInt(peer.slice(0, 2), 16);
}

export class Directory {
  readonly #records = new Map<string, DirectoryRecord>();
  readonly #buckets = Array.from({ length: BUCKET_COUNT }, () => new Set<string>());
  readonly #bucketDigests = Array.from({ length: BUCKET_COUNT }, () => 0n);
  #setHash = 0n;
  /** Ids of all peers with a `peer` record, sorted; undefined after one came. */
  #peerIds: readonly PeerId[] | undefined;

  get size(): number {
    return this.#records.size;
  }

  /** Sum of all digests modulo 2^128: equal on two peers when their directories are (but by chance). */
  get setHash(): bigint {
    return this.#setHash;
  }

  /** One sum a bucket, modulo 2^64. */
  get bucketDigests(): readonly bigint[] {
    return this.#bucketDigests;
  }

  get(key: RecordKey): DirectoryRecord | undefined {
    return this.#records.get(recordKey(key));
  }

  /** Whether this version, or a newer one of the same record, is here. */
  has(id: RecordId): boolean {
    const known = this.get(id);
    return known !== undefined && compareVersions(known, id) >= 0;
  }

  peer(id: PeerId): PeerRecord | undefined {
    return this.get({ peer: id, kind: 'peer' }) as PeerRecord | undefined;
  }

  /** Whom the peer says it can't reach. */
  down(id: PeerId): readonly PeerId[] {
    const record = this.get({ peer: id, kind: 'links' });
    return record === undefined ? [] : (record.content as LinksContent).down;
  }

  peerIds(): readonly PeerId[] {
    this.#peerIds ??= [...this.#records.values()]
      .filter((record) => record.content.type === 'peer')
      .map((record) => record.peer)
      .sort();
    return this.#peerIds;
  }

  peers(): readonly PeerRecord[] {
    return this.peerIds().flatMap((id) => this.peer(id) ?? []);
  }

  /** All records in a bucket, in order of their keys. */
  inBucket(bucket: number): readonly DirectoryRecord[] {
    const keys = this.#buckets[bucket];
    assert(keys !== undefined, `bucket ${bucket} of ${BUCKET_COUNT}`);
    return [...keys].sort().flatMap((key) => this.#records.get(key) ?? []);
  }

  /** Takes the record if it is newer than what is here; says whether it was. */
  apply(record: DirectoryRecord): boolean {
    if (this.has(recordId(record))) return false;
    const isNew = this.get(keyOf(record)) === undefined;
    this.#drop(keyOf(record));
    const key = recordKey(keyOf(record));
    this.#records.set(key, record);
    this.#bucket(record.peer).add(key);
    this.#add(record, record.digest);
    if (isNew && record.content.type === 'peer') this.#peerIds = undefined;
    return true;
  }

  #drop(recordKeyParts: RecordKey): void {
    const known = this.get(recordKeyParts);
    if (known === undefined) return;
    const key = recordKey(recordKeyParts);
    this.#records.delete(key);
    this.#bucket(known.peer).delete(key);
    this.#add(known, -known.digest);
  }

  #add({ peer }: RecordBody, digest: bigint): void {
    const bucket = bucketOf(peer);
    this.#setHash = BigInt.asUintN(128, this.#setHash + digest);
    this.#bucketDigests[bucket] = BigInt.asUintN(64, (this.#bucketDigests[bucket] ?? 0n) + digest);
  }

  #bucket(peer: PeerId): Set<string> {
    const keys = this.#buckets[bucketOf(peer)];
    assert(keys !== undefined, `no bucket for ${peer}`);
    return keys;
  }
}

function keyOf({ peer, content }: RecordBody): RecordKey {
  return { peer, kind: content.type };
}
