/** Allocations that wait for space: each until its time, and no more than there is room for. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WAITING_MAX, WaitingAllocations } from '#peer/core/waiting-allocations.ts';
import { requestOf } from '../ipam/builders.ts';

function waiting(reply: number, until: number) {
  return { request: requestOf(reply), reply, until, reason: 'no address is free' };
}

const repliesOf = (list: readonly { readonly reply: number }[]) => list.map(({ reply }) => reply);

describe('waiting allocations', () => {
  it('are due when the first of them is, and never when there are none', () => {
    const allocations = new WaitingAllocations();
    assert.equal(allocations.nextAt(), Number.POSITIVE_INFINITY);
    allocations.add(waiting(1, 40));
    allocations.add(waiting(2, 30));
    assert.equal(allocations.nextAt(), 30);
  });

  it('expire each at its time, once', () => {
    const allocations = new WaitingAllocations();
    allocations.add(waiting(1, 40));
    allocations.add(waiting(2, 30));
    assert.deepEqual(allocations.expired(29), []);
    assert.deepEqual(repliesOf(allocations.expired(30)), [2]);
    assert.deepEqual(repliesOf(allocations.expired(40)), [1]);
    assert.equal(allocations.nextAt(), Number.POSITIVE_INFINITY);
  });

  it('are taken out in the order in which they came', () => {
    const allocations = new WaitingAllocations();
    for (const reply of [3, 1, 2]) allocations.add(waiting(reply, 100 - reply));
    assert.deepEqual(repliesOf(allocations.takeAll()), [3, 1, 2]);
    assert.deepEqual(allocations.takeAll(), []);
    assert.deepEqual(allocations.expired(1_000), []);
  });

  it('above the bound are not taken, and none of the others is lost', () => {
    const allocations = new WaitingAllocations();
    for (let reply = 0; reply < WAITING_MAX; reply++)
      assert.equal(allocations.add(waiting(reply, 4_005)), true);
    assert.equal(allocations.add(waiting(WAITING_MAX, 4_005)), false);
    assert.equal(allocations.takeAll().length, WAITING_MAX);
  });
});
