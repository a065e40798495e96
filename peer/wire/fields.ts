/** Numbers of proto/weft.proto that are looked at before a message is decoded; a test holds them equal to it. */
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

export const SIGNATURE_BYTES = 64;
export const SET_HASH_BYTES = 16;
export const BUCKET_DIGEST_BYTES = 8;
