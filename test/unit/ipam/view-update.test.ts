/** Lists of members as differences. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { View } from '#peer/ipam/custody-state.ts';
import { updateBetween, updatedView, wholeUpdate } from '#peer/ipam/view-update.ts';
import { hashView } from '#peer/wire/view-hash.ts';
import { propertyOptions } from '#test/support/property-options.ts';
import { peerId, viewOf } from './builders.ts';

const members = fc.uniqueArray(fc.tuple(fc.nat(9), fc.constantFrom('a', 'b', 'node-c')), {
  selector: ([n]) => n,
});
const views = fc.tuple(members, members).map((pair) =>
  pair.map((list, i): View => {
    const named = list.map(([n, name]) => [peerId(n), name] as const);
    return { rev: BigInt(i + 1), members: new Map(named) };
  }),
);

test('an update leads from the one list to the other', () => {
  const property = fc.property(views, ([before, after]) => {
    assert.ok(before !== undefined && after !== undefined);
    const reached = updatedView(before, updateBetween(before, after));
    assert.deepEqual(sorted(reached), sorted(after));
    assert.deepEqual(sorted(updatedView(before, wholeUpdate(after))), sorted(after));
    assert.equal(reached && hashView(reached), hashView(after));
  });
  fc.assert(property, propertyOptions(300));
});

test('an update that starts at another list, or leads to no newer one, leads nowhere', () => {
  const [one, two, three] = [viewOf(1n, []), viewOf(2n, [peerId(1)]), viewOf(3n, [peerId(2)])];
  assert.equal(updatedView(one, updateBetween(two, three)), undefined);
  assert.equal(updatedView(three, wholeUpdate(two)), undefined);
  assert.equal(updatedView(three, wholeUpdate(three)), undefined);
});

function byPeer([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}

function sorted(view: View | undefined): unknown {
  return view && { rev: view.rev, members: new Map([...view.members].sort(byPeer)) };
}
