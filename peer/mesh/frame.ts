/** What one peer tells another over an established link, as the pure core sees it. */
import type { RecordId, SignedRecord } from './record.ts';

export interface Heartbeat {
  readonly type: 'heartbeat';
  readonly setHash: bigint;
  readonly wanted: boolean;
}

/** Whole records, as their writers signed them. */
export interface Records {
  readonly type: 'records';
  readonly records: readonly SignedRecord[];
}

/** "I have these": sent in place of the records on links that are not eager. */
export interface Have {
  readonly type: 'have';
  readonly ids: readonly RecordId[];
}

export interface Want {
  readonly type: 'want';
  readonly ids: readonly RecordId[];
}

/** One digest for each of BUCKET_COUNT buckets: "which of these differ?" */
export interface BucketDigests {
  readonly type: 'bucket-digests';
  readonly digests: readonly bigint[];
}

/** Everything that the sender has in these buckets. */
export interface BucketEntries {
  readonly type: 'bucket-entries';
  readonly buckets: readonly number[];
  readonly entries: readonly RecordId[];
}

export type MeshFrame = Heartbeat | Records | Have | Want | BucketDigests | BucketEntries;
