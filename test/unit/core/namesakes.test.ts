/** Namesakes: looked for when there may be some, and not for each record that comes. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Namesakes } from '#peer/core/namesakes.ts';
import type { PeerRecord } from '#peer/mesh/directory.ts';
import { testCodec, testContent, testIdentity, testProfile } from '#test/support/records.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** The record of peer `n` that says that it has this name. */
function recordOf(n: number, name = `node${n}`): PeerRecord {
  const content = { ...testContent(n), profile: { ...testProfile(n), name } };
  const sealed = testCodec(n).seal({ peer: testIdentity(n).id, epoch: 1, seq: 1, content });
  return { ...sealed, content };
}

/** They have been looked at, at the time 0. */
function lookedAt(members: readonly PeerRecord[]): Namesakes {
  const namesakes = new Namesakes(() => 0.5);
  namesakes.changed();
  namesakes.due(0, () => members);
  return namesakes;
}

describe('names', () => {
  it('are not looked at again for newer records of peers whose names they are', () => {
    const namesakes = lookedAt([recordOf(1), recordOf(2)]);
    namesakes.came([recordOf(2)]);
    assert.equal(namesakes.nextAt(), NEVER);
  });

  it('are looked at again when somebody comes, or takes another name', () => {
    const others = [[recordOf(3)], [recordOf(2, 'another')], [recordOf(2), recordOf(3, 'node1')]];
    for (const records of others) {
      const namesakes = lookedAt([recordOf(1), recordOf(2)]);
      namesakes.came(records);
      assert.equal(namesakes.nextAt(), 1_000);
    }
  });

  it('that two peers have are looked at again whatever comes, and asked about until one has it', () => {
    const [one, other] = [recordOf(1), recordOf(2, 'node1')];
    const namesakes = lookedAt([one, other]);
    assert.deepEqual(
      namesakes.due(1_000, () => []),
      [{ type: 'ask-view' }],
    );
    namesakes.came([one]);
    assert.deepEqual(
      namesakes.due(1_000, () => [one]),
      [],
    );
    assert.equal(namesakes.nextAt(), NEVER);
  });
});
