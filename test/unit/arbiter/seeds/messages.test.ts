/** What seeds send each other: read strictly, whatever comes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseArbiterReply, parseArbiterRequest } from '#peer/arbiter/request.ts';
import {
  type SeedReply,
  type SeedRequest,
  parseSeedReply,
  parseSeedRequest,
} from '#peer/arbiter/seeds/messages.ts';
import { peerId } from '../suite.ts';

test('no JSON makes a parser throw', () => {
  const seeds = ['prepare', 'accept', 'learn', 'read', 'enrol', 'promised', 'log', 'enrolled'];
  const types = [...seeds, 'abstained', 'view', 'register'];
  const shaped = fc.record({
    type: fc.constantFrom(...types),
    index: fc.jsonValue(),
    from: fc.jsonValue(),
    ballot: fc.jsonValue(),
    batch: fc.jsonValue(),
    batches: fc.jsonValue(),
    members: fc.jsonValue(),
    rev: fc.jsonValue(),
    id: fc.jsonValue(),
    replaces: fc.jsonValue(),
    seed: fc.jsonValue(),
    store: fc.jsonValue(),
    floor: fc.jsonValue(),
    touched: fc.jsonValue(),
    isWhole: fc.jsonValue(),
  });
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), shaped), (value) => {
      for (const parse of [
        parseSeedRequest,
        parseSeedReply,
        parseArbiterRequest,
        parseArbiterReply,
      ]) {
        parse(value);
      }
    }),
  );
});

const STORE = '0123456789abcdef'.repeat(2);
const ENROLLED = {
  type: 'enrolled',
  store: STORE,
  floor: 3,
  touched: 4,
  replaces: true,
  isWhole: false,
} as const;

function sent(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

test('what one seed sends is what the other reads', () => {
  const ballot = { round: 3, seed: 2, run: 1 };
  const batch = [{ type: 'genesis', founder: peerId(1) }] as const;
  const requests: readonly SeedRequest[] = [
    { type: 'prepare', index: 7, ballot },
    { type: 'accept', index: 7, ballot, batch },
    { type: 'learn', index: 7, batch },
    { type: 'read', from: 7 },
    { type: 'enrol', seed: 2, store: STORE },
  ];
  const replies: readonly SeedReply[] = [
    { type: 'promised' },
    { type: 'promised', accepted: { ballot, batch } },
    { type: 'accepted' },
    { type: 'outbid', ballot },
    { type: 'decided', batch },
    { type: 'learned' },
    { type: 'abstained' },
    ENROLLED,
    { type: 'log', batches: [batch, []], end: 9 },
  ];
  for (const request of requests) assert.deepEqual(parseSeedRequest(sent(request)), request);
  for (const reply of replies) assert.deepEqual(parseSeedReply(sent(reply)), reply);
});

test('an enrolment that breaks a form is none', () => {
  const enrol = { type: 'enrol', seed: 2, store: STORE };
  const stores = ['', STORE.slice(1), `${STORE}0`, STORE.toUpperCase(), 7, undefined, [STORE]];
  for (const store of stores) {
    assert.equal(parseSeedRequest({ ...enrol, store }), undefined);
    assert.equal(parseSeedReply({ ...ENROLLED, store }), undefined);
  }
  for (const count of [-1, 0.5, 2 ** 53, '3', null, undefined]) {
    assert.equal(parseSeedRequest({ ...enrol, seed: count }), undefined);
    assert.equal(parseSeedReply({ ...ENROLLED, floor: count }), undefined);
    assert.equal(parseSeedReply({ ...ENROLLED, touched: count }), undefined);
  }
  for (const flag of [0, 'true', null, undefined]) {
    assert.equal(parseSeedReply({ ...ENROLLED, replaces: flag }), undefined);
    assert.equal(parseSeedReply({ ...ENROLLED, isWhole: flag }), undefined);
  }
});

test('a request that breaks a limit or a form is no request', () => {
  const id = peerId(1);
  assert.deepEqual(parseArbiterRequest({ type: 'register', name: 'a', id, more: 1 }), {
    type: 'register',
    name: 'a',
    id,
    replaces: undefined,
  });
  const replacing = { type: 'register', name: 'a', id, replaces: peerId(2) };
  assert.deepEqual(parseArbiterRequest(replacing), replacing);
  const wrong = [
    { type: 'register', name: '', id },
    { type: 'register', name: 'a'.repeat(254), id },
    { type: 'register', name: 'a', id: 'short' },
    { type: 'register', name: 'a', id, replaces: 'short' },
    { type: 'register', name: 'a', id, replaces: null },
    { type: 'read', from: -1 },
    { type: 'unknown', id },
    null,
  ];
  for (const value of wrong) assert.equal(parseArbiterRequest(value), undefined);
  assert.equal(parseSeedRequest({ type: 'read', from: -1 }), undefined);
  const entry = { type: 'genesis', founder: id };
  const batch = Array.from({ length: 257 }, () => entry);
  assert.equal(parseSeedRequest({ type: 'learn', index: 0, batch }), undefined);
  assert.ok(parseSeedRequest({ type: 'learn', index: 0, batch: batch.slice(1) }));
});
