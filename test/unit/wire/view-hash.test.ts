/** The hash that a list of members is known again by. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { it } from 'node:test';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { hashView } from '#peer/wire/view-hash.ts';
import { peerId } from '../ipam/builders.ts';

type Members = readonly (readonly [PeerId, string])[];

function hashOf(members: Members): bigint {
  return hashView({ rev: 1n, members: new Map(members) });
}

it('tells members, and their names, apart', () => {
  const lists: readonly Members[] = [
    [[peerId(1), 'a']],
    [[peerId(1), 'b']],
    [[peerId(2), 'a']],
    [
      [peerId(1), 'a'],
      [peerId(2), 'b'],
    ],
    [
      [peerId(1), 'b'],
      [peerId(2), 'a'],
    ],
    [[peerId(1), `a"],["${peerId(2)}","b`]],
  ];
  assert.equal(new Set(lists.map(hashOf)).size, lists.length);
});

it('is the same in whatever order the members come, and under any revision', () => {
  const members: Members = [
    [peerId(2), 'b'],
    [peerId(1), 'a'],
    [peerId(300), 'c'],
  ];
  const hash = hashOf(members);
  assert.equal(hashOf(members.toReversed()), hash);
  assert.equal(hashView({ rev: 9n, members: new Map(members) }), hash);
});

it('is what docs/PROTOCOL.md says: peers of two builds have to agree on it', () => {
  const json = `[["${peerId(1)}","a"],["${peerId(2)}","b"]]`;
  const digest = createHash('sha256').update(`weft/v1/members${json}`).digest();
  const members: Members = [
    [peerId(1), 'a'],
    [peerId(2), 'b'],
  ];
  assert.equal(hashOf(members), BigInt(`0x${digest.subarray(0, 16).toString('hex')}`));
});

it('is 0 for a list of nobody, which is said in no bytes', () => {
  assert.equal(hashOf([]), 0n);
});
