/** Liveness: what observers agree on, and no single peer's word. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Directory } from '../../../peer/mesh/directory.ts';
import { downPeers } from '../../../peer/mesh/liveness.ts';
import { buildRings } from '../../../peer/mesh/rings.ts';
import { sealDown, sealPeer, testIdentity } from '../../support/records.ts';

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

  it('the survivor of three sees the two others down', () => {
    assert.deepEqual(downIn(directoryOf(3, { 1: [2, 3] }), [1]), [2, 3]);
  });
});
