/** Removing a peer: only one that the arbiter lists, and not one that may be alive, unless it has to be. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ArbiterUnavailable } from '#peer/arbiter/arbiter.ts';
import { removePeer } from '#peer/control/remove-peer.ts';
import { type KnownPeers, judgeRemoval } from '#peer/control/removal.ts';
import type { View } from '#peer/ipam/custody-state.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { testIdentity } from '#test/support/records.ts';

const [self, alive, dead, unheard] = [1, 2, 3, 4].map((n) => testIdentity(n).id) as [
  PeerId,
  PeerId,
  PeerId,
  PeerId,
];
const members = new Map([
  [self, 'node1'],
  [alive, 'node2'],
  [dead, 'node3'],
  [unheard, 'node4'],
]);
const known: KnownPeers = {
  self,
  members,
  hasRecordOf: (peer) => peer !== unheard,
  isDown: (peer) => peer === dead,
};

describe('a removal', () => {
  it('is of the identity that the list has under the name, when that one is down', () => {
    const verdict = judgeRemoval(known, { name: 'node3', evenIfAlive: false });
    assert.deepEqual(verdict, { type: 'remove', id: dead });
  });

  it('is refused for a name that nobody has, with those that are alike', () => {
    const verdict = judgeRemoval(known, { name: 'nod33', evenIfAlive: true });
    assert.ok(verdict.type === 'refused');
    assert.match(verdict.reason, /^no member is named "nod33": did you mean .*node3/);
    const far = judgeRemoval(known, { name: 'elsewhere', evenIfAlive: false });
    assert.ok(far.type === 'refused');
    assert.match(far.reason, /weft ipam lists those that are/);
  });

  for (const [name, id, why] of [
    ['node2', alive, 'is not known to be down: stop it first'],
    ['node4', unheard, 'has never been heard of here'],
    ['node1', self, 'is the peer that you ask'],
  ] as const) {
    it(`of one that ${why} is refused, unless it has to go in any case`, () => {
      const verdict = judgeRemoval(known, { name, evenIfAlive: false });
      assert.ok(verdict.type === 'refused');
      assert.ok(verdict.reason.includes(why), verdict.reason);
      assert.match(verdict.reason, /give --even-if-alive/);
      assert.deepEqual(judgeRemoval(known, { name, evenIfAlive: true }), { type: 'remove', id });
    });
  }

  it("is the arbiter's to do, whose list after it is told on", async () => {
    const asked: unknown[] = [];
    const told: View[] = [];
    const after: View = { rev: 9n, members: new Map([[self, 'node1']]) };
    const removal = await removePeer(
      {
        ...known,
        arbiter: {
          list: async () => ({ rev: 8n, members }),
          remove: async (name, id) => {
            asked.push([name, id]);
            return after;
          },
        },
        onView: (view) => told.push(view),
        log: { warn: () => {} },
      },
      { name: 'node3', evenIfAlive: false },
    );
    assert.deepEqual(removal, { type: 'removed', id: dead, rev: 9n });
    assert.deepEqual(asked, [['node3', dead]]);
    assert.deepEqual(told, [after]);
  });

  it('that gets no answer of the arbiter says why, and tells nothing on', async () => {
    const down = new ArbiterUnavailable('no seed could answer', { reachable: [] });
    const removal = await removePeer(
      {
        ...known,
        arbiter: { list: () => Promise.reject(down), remove: () => Promise.reject(down) },
        onView: () => assert.fail('a list was told'),
        log: { warn: () => {} },
      },
      { name: 'node3', evenIfAlive: false },
    );
    assert.deepEqual(removal, { type: 'unavailable', reason: 'no seed could answer' });
  });
});
