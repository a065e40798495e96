/**
 * What one peer signs and publishes of itself. A record has one writer; (epoch, seq) orders its
 * versions: the epoch grows durably at each start, seq with each version in between.
 *
 * Two kinds, so that a flapping link does not send the larger one again: `peer` (who it is, where
 * it can be reached, what it holds) and `links` (whom it can't reach; absent while that is nobody).
 */
import type { Address } from '../ipam/cidr.ts';
import type { Custody } from '../ipam/custody-state.ts';
import type { PeerId } from './peer-id.ts';

/** Where a peer accepts links. */
export interface Endpoint {
  readonly address: Address;
  readonly port: number;
}

/** A peer's end of the tunnel. */
export interface Vtep {
  readonly underlay: Address;
  /** UDP port that it receives VXLAN on. */
  readonly port: number;
  /** Lower case, with colons. */
  readonly mac: string;
  /** At most one address of each family, out of the peer's own holding; none before it holds any. */
  readonly overlay: readonly Address[];
}

/** Who a peer is and how it is reached. */
export interface Profile {
  /** The node's name: unique among live peers, chosen by the operator. */
  readonly name: string;
  readonly endpoints: readonly Endpoint[];
  readonly vtep: Vtep;
}

/** Orders the versions of one record. Both are safe integers. */
export interface Version {
  readonly epoch: number;
  readonly seq: number;
}

export interface PeerContent {
  readonly type: 'peer';
  readonly profile: Profile;
  readonly custody: Custody;
  /** 64 bits that the writer drew when it started: no two runs of one identity share them. */
  readonly instance: bigint;
}

export interface LinksContent {
  readonly type: 'links';
  readonly down: readonly PeerId[];
}

export type RecordContent = PeerContent | LinksContent;

/** What the writer signs. */
export interface RecordBody extends Version {
  readonly peer: PeerId;
  readonly content: RecordContent;
}

/** Signed bytes as they came: forwarded unchanged, unknown fields included. */
export interface SignedRecord {
  readonly body: Uint8Array;
  readonly signature: Uint8Array;
}

/** A record whose signature holds. `digest` is 128 bits of a hash over key and version. */
export interface DirectoryRecord extends RecordBody {
  readonly signed: SignedRecord;
  readonly digest: bigint;
}

/**
 * What a writer of a newer version may have signed: it names its version, and its content is beyond
 * our bounds or not known here. Of a kind that is not known `kind` is `peer`: no two records of a
 * writer have one version.
 */
export interface UnsupportedRecord extends RecordId {
  readonly signed: SignedRecord;
}

/** What bytes say that may be signed. */
export type ParsedRecord = DirectoryRecord | UnsupportedRecord;

export type RecordKind = RecordContent['type'];

/** Names a record in the directory: one writer has at most one record of each kind. */
export interface RecordKey {
  readonly peer: PeerId;
  readonly kind: RecordKind;
}

/** A record and its version, as peers name it to each other. */
export type RecordId = RecordKey & Version;

export function recordId({ peer, epoch, seq, content }: RecordBody): RecordId {
  return { peer, kind: content.type, epoch, seq };
}

export function recordKey({ peer, kind }: RecordKey): string {
  return `${peer} ${kind}`;
}

/** Negative when `a` is older, positive when it is newer. */
export function compareVersions(a: Version, b: Version): number {
  return a.epoch - b.epoch || a.seq - b.seq;
}
