/** Records and record ids as the frames that carry them, each within its bound. */
import type { LinkId, MeshEffect } from './effect.ts';
import type { MeshFrame } from './frame.ts';
import { IDS_PER_FRAME, RECORDS_FRAME_BYTES } from './limits.ts';
import type { DirectoryRecord, RecordId, SignedRecord } from './record.ts';

/** In as many frames as they need. */
export function sendRecords(
  link: LinkId,
  records: readonly DirectoryRecord[],
): readonly MeshEffect[] {
  return toFrames(records).map((frame) => ({ type: 'send', link, frame }));
}

/** Tells the other end that these are here. */
export function announceIds(link: LinkId, ids: readonly RecordId[]): readonly MeshEffect[] {
  return inParts(ids).map((part) => ({ type: 'send', link, frame: { type: 'have', ids: part } }));
}

/** Frames of records, each closed when it is full. */
export function toFrames(records: readonly DirectoryRecord[]): readonly MeshFrame[] {
  const frames: SignedRecord[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const { signed } of records) {
    if (bytes >= RECORDS_FRAME_BYTES) {
      frames.push([]);
      bytes = 0;
    }
    frames.at(-1)?.push(signed);
    bytes += sizeOf(signed);
  }
  return frames.map((part) => ({ type: 'records', records: part }));
}

/** Ids in parts that fit one frame each. */
export function inParts(ids: readonly RecordId[]): readonly (readonly RecordId[])[] {
  const count = Math.ceil(ids.length / IDS_PER_FRAME);
  return Array.from({ length: count }, (_, part) =>
    ids.slice(part * IDS_PER_FRAME, (part + 1) * IDS_PER_FRAME),
  );
}

/** Bytes of a record in a frame. */
export function sizeOf({ body, signature }: SignedRecord): number {
  return body.length + signature.length;
}
