/** Numbers of proto/weft.proto that are read and written by hand; a test holds them equal to it. */
import type { LinkFrame } from './link-frame.ts';

/** Of the types of frames, in Frame. */
export const FRAME_FIELD = {
  hello: 1,
  auth: 2,
  heartbeat: 3,
  records: 4,
  have: 5,
  want: 6,
  'bucket-digests': 7,
  'bucket-entries': 8,
  request: 9,
  reply: 10,
  bye: 11,
} as const satisfies Readonly<Record<LinkFrame['type'], number>>;

export const FIELD = {
  heartbeat: { setHash: 1, wanted: 2 },
  /** Of Records, Have and Want, which have no other. */
  list: 1,
  signedRecord: { body: 1, signature: 2 },
  recordId: { peer: 1, kind: 2, epoch: 3, seq: 4 },
  bucketDigests: { digests: 1 },
  bucketEntries: { buckets: 1, entries: 2 },
} as const;

export const PEER_ID_BYTES = 16;
export const SIGNATURE_BYTES = 64;
export const SET_HASH_BYTES = 16;
export const BUCKET_DIGEST_BYTES = 8;
