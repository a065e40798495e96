/** The simulator's formulas for sizes, held against the real codec; and its queue. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type MeshFrame } from '#peer/mesh/frame.ts';
import { type RecordBody, recordId } from '#peer/mesh/record.ts';
import { encodeFrame } from '#peer/wire/frame-codec.ts';
import { sealDown, sealPeer, testIdentity } from '#test/support/records.ts';
import { EventQueue } from './event-queue.ts';
import { createRandom } from './random.ts';
import { frameBytes, recordBodyBytes } from './wire-size.ts';

const RECORDS = [
  sealPeer(1),
  sealPeer(300, { epoch: 200, seq: 70_000 }),
  sealDown(4, [testIdentity(5).id, testIdentity(6).id]),
];
const IDS = RECORDS.map((record) => recordId(record));

const FRAMES: readonly MeshFrame[] = [
  { type: 'heartbeat', setHash: 2n ** 127n, wanted: true },
  { type: 'heartbeat', setHash: 7n, wanted: false },
  { type: 'records', records: RECORDS.map(({ signed }) => signed) },
  { type: 'have', ids: IDS },
  { type: 'want', ids: IDS.slice(1) },
  { type: 'bucket-digests', digests: Array.from({ length: 256 }, (_, at) => BigInt(at)) },
  { type: 'bucket-entries', buckets: [1, 2, 200], entries: IDS },
];

describe('the simulator takes', () => {
  for (const frame of FRAMES) {
    it(`a ${frame.type} for as many bytes as the codec makes of it`, () => {
      assert.equal(frameBytes(frame), encodeFrame(frame).length);
    });
  }

  it('a record for as many bytes as the codec makes of it', () => {
    for (const { signed, ...body } of RECORDS)
      assert.equal(recordBodyBytes(body satisfies RecordBody), signed.body.length);
  });
});

it('what is due comes in order of time, and of its making where times are equal', () => {
  const random = createRandom(1);
  const queue = new EventQueue<{ readonly at: number; readonly n: number }>();
  const made = Array.from({ length: 5_000 }, (_, n) => ({ at: Math.floor(random() * 500), n }));
  for (const item of made) queue.push(item.at, item);
  const taken = made.map(() => queue.pop());
  assert.deepEqual(
    taken,
    made.toSorted((one, other) => one.at - other.at || one.n - other.n),
  );
  assert.equal(queue.pop(), undefined);
});
