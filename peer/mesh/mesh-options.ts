/** What a mesh is made with: who it is, and the functions that it has not of its own. */
import type { PeerRecord } from './directory.ts';
import type { PeerId } from './peer-id.ts';
import type {
  DirectoryRecord,
  Endpoint,
  ParsedRecord,
  RecordBody,
  SignedRecord,
  UnsupportedRecord,
} from './record.ts';

/** Cryptography and encoding, as pure functions: the core has none of its own. */
export interface RecordCodec {
  /** Encodes and signs a body of our own. */
  seal(body: RecordBody): DirectoryRecord;
  /** What the bytes say, unverified; undefined for bytes that are no record. */
  parse(signed: SignedRecord): DirectoryRecord | undefined;
  /** What parse() gives nothing for, if it names its version all the same; unverified, too. */
  parseUnsupported(signed: SignedRecord): UnsupportedRecord | undefined;
  /** Whether the writer's signature holds. By far the most expensive of them. */
  verify(record: ParsedRecord): boolean;
}

export interface MeshOptions {
  readonly self: PeerId;
  /** Greater than in any earlier run of this identity. */
  readonly epoch: number;
  readonly codec: RecordCodec;
  /** Links above which a peer that isn't wanted is sent elsewhere. */
  readonly linksMax: number;
  /** Where to join: dialled until the peers behind them are known. */
  readonly bootstrap: readonly Endpoint[];
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Those whose writers the arbiter, as far as we know, has not removed or replaced. */
  readonly members: (records: readonly PeerRecord[]) => readonly PeerRecord[];
  /**
   * Whether the arbiter's list, as we know it, names the peer: others that count as members are but
   * somebody's claim until there is a link to them. Without it everybody counts as listed.
   */
  readonly isListed?: (peer: PeerId) => boolean;
  /** The same, but that nobody is named by who has no list yet. */
  readonly isNamed?: (peer: PeerId) => boolean;
}
