/** Dials: few at a time, backing off, the lower id first. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Dials } from '../../../peer/mesh/dials.ts';
import {
  DIALS_IN_FLIGHT_MAX,
  DIAL_BACKOFF_MAX_MS,
  DIAL_BACKOFF_MIN_MS,
  DIAL_DEFERENCE_MS,
  DIAL_QUICK_MS,
  DIAL_SETTLE_MS,
  DIAL_SLOWNESS_MAX,
  SHORT_LINK_ATTEMPTS,
} from '../../../peer/mesh/limits.ts';
import type { PeerId } from '../../../peer/mesh/peer-id.ts';
import { testEndpoint } from '../../support/records.ts';

const LOW = '0'.repeat(32) as PeerId;
const OTHER = `1${'0'.repeat(31)}` as PeerId;
const HIGH = 'f'.repeat(32) as PeerId;
const certain = (): number => 0.999;

describe('dials', () => {
  it('no more than the bound are in flight, and one more for each that ended', () => {
    const dials = new Dials(LOW, certain);
    const targets = Array.from({ length: 20 }, (_, n) => ({ endpoint: testEndpoint(n) }));
    dials.retarget(0, targets);
    assert.equal(dials.take(0).length, DIALS_IN_FLIGHT_MAX);
    assert.equal(dials.take(0).length, 0);
    assert.equal(dials.nextAt(), Number.POSITIVE_INFINITY);
    dials.failed(0, testEndpoint(0));
    assert.equal(dials.take(0).length, 1);
  });

  it('one in flight stays the only one when its link is lost meanwhile, and backs off when it fails', () => {
    const dials = new Dials(LOW, certain);
    const target = { endpoint: testEndpoint(1), peer: OTHER, waitMs: 0 };
    dials.retarget(0, [target]);
    assert.equal(dials.take(0).length, 1);
    dials.lost(1, target);
    assert.equal(dials.isFailing(target.endpoint), true);
    assert.deepEqual(dials.take(1), []);
    assert.equal(dials.nextAt(), Number.POSITIVE_INFINITY);
    dials.failed(2, target.endpoint);
    assert.ok(dials.nextAt() > 2 + DIAL_BACKOFF_MIN_MS);
  });

  it('the higher id waits for the lower one to dial', () => {
    const [low, high] = [new Dials(LOW, certain), new Dials(HIGH, certain)];
    low.retarget(0, [{ endpoint: testEndpoint(1), peer: HIGH }]);
    high.retarget(0, [{ endpoint: testEndpoint(2), peer: LOW }]);
    assert.equal(low.take(DIAL_SETTLE_MS).length, 1);
    assert.equal(high.take(DIAL_SETTLE_MS + DIAL_DEFERENCE_MS - 1).length, 0);
    assert.equal(high.take(DIAL_SETTLE_MS + DIAL_DEFERENCE_MS).length, 1);
  });

  it('who is wanted for a moment only is not dialled', () => {
    const dials = new Dials(LOW, certain);
    dials.retarget(0, [{ endpoint: testEndpoint(1), peer: OTHER }]);
    assert.equal(dials.take(DIAL_SETTLE_MS - 1).length, 0);
    dials.retarget(DIAL_SETTLE_MS - 1, [{ endpoint: testEndpoint(2), peer: HIGH }]);
    assert.equal(dials.take(DIAL_SETTLE_MS).length, 0);
    assert.deepEqual(dials.take(2 * DIAL_SETTLE_MS), [testEndpoint(2)]);
  });

  it('are fewer and later where they are slow, up to a bound, and as ever once one is quick', () => {
    const dials = new Dials(LOW, certain);
    const answer = (now: number, tookMs: number): void => {
      dials.retarget(now, [{ endpoint: testEndpoint(1), waitMs: 0 }]);
      assert.equal(dials.take(now).length, 1);
      dials.answered(now + tookMs, testEndpoint(1), OTHER);
    };
    const targets = Array.from({ length: 20 }, (_, n) => ({ endpoint: testEndpoint(n) }));
    const inFlight = (now: number): number => {
      dials.retarget(now, targets);
      const { length } = dials.take(now);
      for (const { endpoint } of targets) dials.failed(now, endpoint);
      dials.retarget(now, []);
      return length;
    };
    answer(0, 60_000);
    assert.equal(inFlight(60_000), DIALS_IN_FLIGHT_MAX / DIAL_SLOWNESS_MAX);
    dials.retarget(60_000, [{ endpoint: testEndpoint(1), peer: HIGH }]);
    assert.equal(dials.take(60_000 + DIAL_SLOWNESS_MAX * DIAL_SETTLE_MS - 1).length, 0);
    assert.equal(dials.take(60_000 + DIAL_SLOWNESS_MAX * DIAL_SETTLE_MS).length, 1);
    dials.answered(60_000 + DIAL_SLOWNESS_MAX * DIAL_SETTLE_MS, testEndpoint(1), HIGH);
    answer(70_000, DIAL_QUICK_MS);
    assert.equal(inFlight(80_000), DIALS_IN_FLIGHT_MAX);
  });

  it('who is wanted in place of another that can’t be reached is dialled at once', () => {
    const dials = new Dials(LOW, certain);
    dials.retarget(0, [{ endpoint: testEndpoint(1), peer: HIGH, fillsGap: true }]);
    assert.equal(dials.take(0).length, 1);
  });

  it('one whose link breaks is dialled at once, and one that turned us away after a while', () => {
    for (const wasShort of [false, true]) {
      const dials = new Dials(LOW, certain);
      const target = { endpoint: testEndpoint(1), peer: HIGH };
      dials.broken(1_000, target, { wasShort });
      dials.retarget(1_000, [target]);
      const waitMs = wasShort ? certain() * DIAL_BACKOFF_MIN_MS * 2 ** SHORT_LINK_ATTEMPTS : 0;
      assert.equal(dials.nextAt(), 1_000 + waitMs);
      assert.equal(dials.isFailing(testEndpoint(1)), false);
    }
  });

  it('retries back off to a bound and never stop', () => {
    const dials = new Dials(LOW, certain);
    dials.retarget(0, [{ endpoint: testEndpoint(1) }]);
    let now = 0;
    const waits: number[] = [];
    for (let attempt = 0; attempt < 12; attempt++) {
      assert.equal(dials.take(now).length, 1);
      dials.failed(now, testEndpoint(1));
      waits.push(dials.nextAt() - now);
      now = dials.nextAt();
    }
    assert.ok((waits[0] ?? 0) <= 500);
    assert.ok((waits[3] ?? 0) > (waits[0] ?? 0));
    assert.ok(waits.every((wait) => wait <= DIAL_BACKOFF_MAX_MS));
  });

  it('a target that is wanted no more is dialled no more, and its failures are forgotten', () => {
    const dials = new Dials(LOW, certain);
    dials.retarget(0, [{ endpoint: testEndpoint(1) }]);
    dials.take(0);
    dials.failed(0, testEndpoint(1));
    assert.equal(dials.isFailing(testEndpoint(1)), true);
    dials.retarget(0, []);
    assert.equal(dials.nextAt(), Number.POSITIVE_INFINITY);
    assert.equal(dials.isFailing(testEndpoint(1)), false);
  });

  it('an endpoint where another peer answers counts as failed for the one that was looked for', () => {
    const dials = new Dials(LOW, certain);
    dials.retarget(0, [{ endpoint: testEndpoint(1), peer: HIGH }]);
    dials.take(0);
    dials.answered(0, testEndpoint(1), OTHER);
    assert.equal(dials.isFailing(testEndpoint(1)), true);
    assert.equal(dials.take(0).length, 0);
    assert.ok(dials.nextAt() <= DIAL_BACKOFF_MAX_MS);
    assert.equal(dials.take(dials.nextAt()).length, 1);
    dials.answered(0, testEndpoint(1), HIGH);
    assert.equal(dials.isFailing(testEndpoint(1)), false);
  });

  it('one that is in flight and wanted no more is forgotten when it ends', () => {
    const dials = new Dials(LOW, certain);
    dials.retarget(0, [{ endpoint: testEndpoint(1), peer: HIGH }]);
    dials.take(0);
    dials.retarget(0, []);
    dials.failed(0, testEndpoint(1));
    assert.equal(dials.nextAt(), Number.POSITIVE_INFINITY);
    assert.equal(dials.isFailing(testEndpoint(1)), false);
  });

  it('what came of dialling an endpoint for one peer says nothing of the next that has it', () => {
    const dials = new Dials(LOW, certain);
    dials.retarget(0, [{ endpoint: testEndpoint(1), peer: HIGH }]);
    dials.take(0);
    dials.failed(0, testEndpoint(1));
    dials.retarget(0, [{ endpoint: testEndpoint(1), peer: OTHER }]);
    assert.equal(dials.isFailing(testEndpoint(1)), false);
  });

  it('one in flight for the peer that had the endpoint before counts for nobody when it fails', () => {
    const dials = new Dials(LOW, certain);
    dials.retarget(0, [{ endpoint: testEndpoint(1), peer: HIGH, waitMs: 0 }]);
    dials.take(0);
    dials.retarget(0, [{ endpoint: testEndpoint(1), peer: OTHER, waitMs: 0 }]);
    assert.equal(dials.take(0).length, 0);
    dials.failed(1, testEndpoint(1));
    assert.equal(dials.isFailing(testEndpoint(1)), false);
    assert.equal(dials.take(1).length, 1);
    dials.failed(2, testEndpoint(1));
    assert.equal(dials.isFailing(testEndpoint(1)), true);
  });
});
