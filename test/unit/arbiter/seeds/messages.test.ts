/** What seeds send each other: read strictly, whatever comes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseArbiterReply, parseArbiterRequest } from '#peer/arbiter/request.ts';
import { parseSeedReply, parseSeedRequest } from '#peer/arbiter/seeds/messages.ts';
import { peerId } from '../suite.ts';

test('no JSON makes a parser throw', () => {
  const types = ['prepare', 'accept', 'learn', 'read', 'promised', 'log', 'view', 'register'];
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
