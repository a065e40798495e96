/** Dials to identities that no list has: they keep nobody who is listed from being dialled. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type DialTarget, Dials } from '#peer/mesh/dials.ts';
import {
  CLAIM_ENDPOINTS_MAX,
  DIALS_IN_FLIGHT_MAX,
  DIALS_KEPT_FOR_LISTED,
  DIAL_BACKOFF_MAX_MS,
  DIAL_BACKOFF_MIN_MS,
} from '#peer/mesh/limits.ts';
import { testEndpoint } from '#test/support/records.ts';
import { createMesh, dialled } from './lone-mesh.ts';
import { ManyRecords, manyId } from './many-records.ts';

const RECORDS = new ManyRecords();
const DIAL_TIMEOUT_MS = 2_000;
const MEMBER: DialTarget = { endpoint: testEndpoint(1), peer: manyId(1), waitMs: 0 };
const CLAIMS = Array.from({ length: 100 }, (_, n): DialTarget => {
  return { endpoint: testEndpoint(100 + n), peer: manyId(100 + n), waitMs: 0, isClaim: true };
});

describe('dials to claims', () => {
  it('are as many as any while nobody who is listed waits', () => {
    const dials = new Dials(manyId(0), () => 0.999);
    dials.retarget(0, CLAIMS);
    assert.equal(dials.take(0).length, DIALS_IN_FLIGHT_MAX);
  });

  it('come after those to the listed, and leave some free while these wait', () => {
    const dials = new Dials(manyId(0), () => 0.999);
    dials.retarget(0, [...CLAIMS, MEMBER]);
    const [first, ...others] = dials.take(0);
    assert.equal(first, MEMBER.endpoint);
    assert.equal(others.length, DIALS_IN_FLIGHT_MAX - 1);
    for (const endpoint of [MEMBER.endpoint, ...others]) dials.failed(1, endpoint);
    assert.equal(dials.take(2).length, DIALS_IN_FLIGHT_MAX - DIALS_KEPT_FOR_LISTED);
    const retryAt = 1 + 0.999 * DIAL_BACKOFF_MIN_MS * 2;
    assert.equal(dials.nextAt(), retryAt);
    assert.equal(dials.take(retryAt)[0], MEMBER.endpoint);
  });

  it('that nobody answers never hold up those to a listed peer', () => {
    const dials = new Dials(manyId(0), () => 0.999);
    dials.retarget(0, [...CLAIMS, MEMBER]);
    const ends: { readonly at: number; readonly endpoint: DialTarget['endpoint'] }[] = [];
    const dialledAt: number[] = [];
    for (let now = 0; now < 60_000; now++) {
      while (ends[0] !== undefined && ends[0].at <= now) {
        const ended = ends.shift();
        if (ended !== undefined) dials.failed(now, ended.endpoint);
      }
      for (const endpoint of dials.take(now)) {
        if (endpoint === MEMBER.endpoint) dialledAt.push(now);
        ends.push({ at: now + DIAL_TIMEOUT_MS, endpoint });
      }
    }
    const waits = dialledAt.map((at, n) => at - (dialledAt[n - 1] ?? 0));
    assert.ok(dialledAt.length > 5);
    assert.ok(waits.every((wait) => wait <= DIAL_TIMEOUT_MS + DIAL_BACKOFF_MAX_MS));
  });

  it('are to few endpoints of each, and to all of who is listed', () => {
    for (const isListed of [false, true]) {
      const mesh = createMesh(RECORDS.codec, {
        isListed: (peer) => isListed || peer === manyId(1),
      });
      const endpoints = Array.from({ length: 8 }, (_, n) => testEndpoint(10 + n));
      const records = [RECORDS.oneAt(2, endpoints)];
      const dials = dialled(mesh.step(0, { type: 'recall', records }));
      assert.equal(dials.length, isListed ? endpoints.length : CLAIM_ENDPOINTS_MAX);
    }
  });
});
