/** Whom to look up next: who is unknown, few at a time, and nobody once all are known. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { NODES_ASKED_MAX, chooseNodes } from '#peer/kubernetes/choose-nodes.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { manyId } from '../mesh/many-records.ts';

const self = { peer: manyId(0), name: 'node0' };

/** Members 0 to `count`, on nodes that are named for them. */
function membersTo(count: number): ReadonlyMap<PeerId, string> {
  return new Map(Array.from({ length: count + 1 }, (_, n) => [manyId(n), `node${n}`]));
}

const nobody = (): boolean => false;
const everybody = (): boolean => true;

it('an unknown member is looked up, and one whose record is there is not', () => {
  const acquaintance = {
    self,
    members: membersTo(2),
    knows: (peer: PeerId) => peer === manyId(1),
    hasLinks: true,
  };
  assert.deepEqual(chooseNodes(acquaintance, Math.random), ['node2']);
});

it('nobody is looked up when all are known and there is a link', () => {
  const acquaintance = { self, members: membersTo(5), knows: everybody, hasLinks: true };
  assert.deepEqual(chooseNodes(acquaintance, Math.random), []);
});

it('without any link, those who are known are looked up again', () => {
  const acquaintance = { self, members: membersTo(1), knows: everybody, hasLinks: false };
  assert.deepEqual(chooseNodes(acquaintance, Math.random), ['node1']);
});

it('a founder that is alone looks up nobody', () => {
  const acquaintance = { self, members: membersTo(0), knows: nobody, hasLinks: false };
  assert.deepEqual(chooseNodes(acquaintance, Math.random), []);
});

it('an earlier identity of this node is not looked up: it would be ourselves', () => {
  const members = new Map([[manyId(7), 'node0']]);
  assert.deepEqual(chooseNodes({ self, members, knows: nobody, hasLinks: false }, Math.random), []);
});

it('of any number of members at most the bound is looked up, each once, and each may be', () => {
  fc.assert(
    fc.property(
      fc.nat(40),
      fc.array(fc.double({ min: 0, max: 0.999_999, noNaN: true }), { minLength: 8 }),
      (count, draws) => {
        const numbers = draws.values();
        const random = (): number => numbers.next().value ?? 0;
        const chosen = chooseNodes(
          { self, members: membersTo(count), knows: nobody, hasLinks: false },
          random,
        );
        assert.equal(chosen.length, Math.min(count, NODES_ASKED_MAX));
        assert.equal(new Set(chosen).size, chosen.length);
        assert.ok(chosen.every((name) => /^node[1-9]\d*$/.test(name)));
      },
    ),
  );
  const last = chooseNodes(
    { self, members: membersTo(20), knows: nobody, hasLinks: false },
    () => 0.999,
  );
  assert.ok(!last.includes('node1'));
});
