/** What Leases are called, what they remember, and in which order members are listed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Lease, LeaseContent } from '#peer/arbiter/kubernetes/lease-store.ts';
import {
  RETIRED_MAX,
  leaseNameOf,
  membersIn,
  planRegistration,
  planRemoval,
  readRegistration,
} from '#peer/arbiter/kubernetes/registration.ts';
import { propertyOptions } from '#test/support/property-options.ts';
import { peerId } from '../suite.ts';

test('a Lease is named by its node; by a hash where that is no name of an object', () => {
  assert.equal(leaseNameOf('node-1.example.org'), 'peer-node-1.example.org');
  const longest = 'n'.repeat(253 - 'peer-'.length);
  assert.equal(leaseNameOf(longest), `peer-${longest}`);
  for (const name of [`${longest}n`, 'Node_1', 'a..b', '-', '', 'a/b']) {
    assert.match(leaseNameOf(name), /^peer-[0-9a-f]{40}$/);
  }
});

test('every name has its Lease, and is read from it again', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (name) => {
      const content = planRegistration(undefined, register(name, 1));
      assert.ok(content !== undefined);
      assert.equal(readRegistration(leaseOf(name, content)).name, name);
      assert.ok(leaseNameOf(name).length <= 253);
    }),
    propertyOptions(500),
  );
});

test('a Lease without an annotation is of the node that its name says', () => {
  const content = { holder: peerId(1), node: undefined, retired: undefined };
  assert.deepEqual(readRegistration(leaseOf('a', content)).name, 'a');
});

test('of the identities that a name had, the newest are remembered', () => {
  let lease: Lease | undefined;
  for (let n = 1; n <= RETIRED_MAX + 3; n++) {
    const replaces = n === 1 ? undefined : peerId(n - 1);
    const content = planRegistration(lease, { ...register('a', n), replaces });
    assert.ok(content !== undefined);
    lease = leaseOf('a', content);
  }
  assert.ok(lease !== undefined);
  const { retired } = readRegistration(lease);
  assert.equal(retired.length, RETIRED_MAX);
  assert.equal(retired.at(-1), peerId(RETIRED_MAX + 2));
  assert.equal(retired[0], peerId(3));
});

test("removing remembers, and a name that is nobody's is removed from nobody", () => {
  const content = planRegistration(undefined, register('a', 1));
  assert.ok(content !== undefined);
  const remove = { type: 'remove', name: 'a', id: peerId(1) } as const;
  const removed = planRemoval(leaseOf('a', content), remove);
  assert.deepEqual(removed, { holder: undefined, node: 'a', retired: peerId(1) });
  assert.equal(planRemoval(leaseOf('a', removed), remove), undefined);
  assert.equal(planRemoval(undefined, remove), undefined);
});

test('members are listed in the order of their names, whatever order the Leases come in', () => {
  const leases = ['c', 'a', 'b'].map((name, n) => {
    const content = planRegistration(undefined, register(name, n + 1));
    assert.ok(content !== undefined);
    return leaseOf(name, content);
  });
  for (const order of [leases, leases.toReversed()]) {
    assert.deepEqual([...membersIn(order).values()], ['a', 'b', 'c']);
  }
});

function register(name: string, n: number) {
  return { type: 'register', name, id: peerId(n), replaces: undefined } as const;
}

function leaseOf(name: string, content: LeaseContent): Lease {
  return { ...content, name: leaseNameOf(name), resourceVersion: '1' };
}
