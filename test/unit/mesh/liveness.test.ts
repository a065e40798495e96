/** Liveness: what observers agree on, and no single peer's word. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Directory } from '../../../peer/mesh/directory.ts';
import { downPeers } from '../../../peer/mesh/liveness.ts';
import { buildRings } from '../../../peer/mesh/rings.ts';
import { ManyRecords } from './many-records.ts';
import { sealDown, sealPeer, testIdentity } from '../../support/records.ts';

const RECORDS = new ManyRecords();

function directoryOf(count: number, down: Readonly<Record<number, readonly number[]>>): Directory {
  const directory = new Directory();
  for (let n = 1; n <= count; n++) directory.apply(sealPeer(n));
  for (const [writer, ids] of Object.entries(down)) {
    const named = ids.map((n) => testIdentity(n).id);
    directory.apply(sealDown(Number(writer), named));
  }
  return directory;
}

/** As a peer sees it that has links to these. */
function downIn(directory: Directory, alive: readonly number[]): readonly number[] {
  const ids = new Set(alive.map((n) => testIdentity(n).id));
  const down = downPeers(directory, buildRings(directory.peerIds()), ids);
  return [1, 2, 3, 4, 5].filter((n) => down.has(testIdentity(n).id));
}

describe('liveness', () => {
  it('a peer is down when all of its observers say so', () => {
    assert.deepEqual(downIn(directoryOf(4, { 1: [4], 2: [4], 3: [4] }), [1]), [4]);
  });

  it('a peer that one observer still reaches is up', () => {
    assert.deepEqual(downIn(directoryOf(4, { 1: [4], 2: [4] }), [1]), []);
  });

  it('one peer that reaches nobody is down itself, and takes nobody with it', () => {
    assert.deepEqual(downIn(directoryOf(4, { 1: [2, 3, 4], 2: [1], 3: [1], 4: [1] }), [2]), [1]);
  });

  it('a mad peer talks nobody down that we have a link to', () => {
    assert.deepEqual(downIn(directoryOf(4, { 1: [2, 3, 4] }), [2, 3, 4]), []);
  });

  it('of thousands that a rack of others can’t reach is found without a walk over all for each', () => {
    const { codec } = RECORDS;
    const directory = new Directory();
    for (const record of RECORDS.range(1, 3_000)) directory.apply(record);
    const ids = directory.peerIds();
    const down = ids.filter((_, n) => n % 30 === 0);
    const content = { type: 'links', down } as const;
    for (const peer of ids.filter((id) => !down.includes(id)))
      directory.apply(codec.seal({ peer, epoch: 1, seq: 1, content }));
    let reads = 0;
    const [first = [], ...others] = buildRings(ids).orders;
    const counted = new Proxy(first, {
      get: (order, key) => {
        if (typeof key === 'string' && /^\d+$/.test(key)) reads++;
        return Reflect.get(order, key) as unknown;
      },
    });
    const found = downPeers(directory, { orders: [counted, ...others] }, new Set());
    assert.deepEqual([...found], down);
    assert.ok(reads < ids.length + down.length * 50, `${reads} places were looked at`);
  });

  it('the survivor of three sees the two others down', () => {
    assert.deepEqual(downIn(directoryOf(3, { 1: [2, 3] }), [1]), [2, 3]);
  });
});
