/** How often one link may ask, and what it is told when it asks more often. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CoreReply } from '#peer/core/core-event.ts';
import { Counters } from '#peer/counters.ts';
import { answerQuestion } from '#peer/daemon/answering.ts';
import {
  ARBITER_QUESTION_RATE,
  QuestionRates,
  SPACE_QUESTION_RATE,
  VIEW_QUESTION_RATE,
} from '#peer/daemon/question-rates.ts';
import type { Asker } from '#peer/transport/transport.ts';
import type { Question } from '#peer/wire/link-frame.ts';
import { testEndpoint, testIdentity } from '#test/support/records.ts';

const VIEW: Question = { type: 'view', since: 0n };
const SPACE: Question = { type: 'space', family: 4, wantLog2: 8, minLog2: 4 };
const ARBITER: Question = { type: 'arbiter', json: new Uint8Array() };
const SEED = 3;

/** A link of the numbered peer. */
function asker(n: number): Asker {
  return { peer: testIdentity(n).id, address: testEndpoint(n).address };
}

function isSeed({ peer }: Asker): boolean {
  return peer === testIdentity(SEED).id;
}

function openRates() {
  const clock = { now: 0 };
  const counters = new Counters();
  const rates = new QuestionRates({ counters, now: () => clock.now, isSeed });
  return { rates, clock, counters };
}

function isAnswered(rates: QuestionRates, from: Asker, question: Question): boolean {
  try {
    rates.spend(from, question);
    return true;
  } catch {
    return false;
  }
}

describe('questions of one link', () => {
  for (const [question, rate] of [
    [VIEW, VIEW_QUESTION_RATE],
    [SPACE, SPACE_QUESTION_RATE],
    [ARBITER, ARBITER_QUESTION_RATE],
  ] as const) {
    it(`of the kind ${question.type} are answered at a rate, and refused above it`, () => {
      const { rates, clock, counters } = openRates();
      const from = asker(2);
      for (let n = 0; n < rate.burst; n++) rates.spend(from, question);
      const said = new RegExp(
        `kind ${question.type}: ${rate.burst} at once and ${rate.perSecond} `,
      );
      assert.throws(() => rates.spend(from, question), said);
      assert.deepEqual(counters.all(), { 'too-many-questions': 1 });
      clock.now += 1_000;
      const later = Array.from({ length: rate.burst }, () => isAnswered(rates, from, question));
      assert.equal(later.filter(Boolean).length, rate.perSecond);
    });
  }

  it('use up nothing of another link’s, nor of another kind’s', () => {
    const { rates } = openRates();
    const from = asker(2);
    while (isAnswered(rates, from, VIEW));
    assert.ok(isAnswered(rates, asker(4), VIEW));
    assert.ok(isAnswered(rates, from, SPACE));
  });

  it('may be votes where a seed asks, which have no rate', () => {
    const { rates, counters } = openRates();
    const seed = asker(SEED);
    for (let n = 0; n < 100 * ARBITER_QUESTION_RATE.burst; n++) rates.spend(seed, ARBITER);
    while (isAnswered(rates, seed, VIEW));
    assert.deepEqual(counters.all(), { 'too-many-questions': 1 });
  });

  it('that are refused reach nobody who would have to answer', async () => {
    const { rates } = openRates();
    let asked = 0;
    const refusal: CoreReply = { type: 'refused', reason: 'no newer list' };
    const driver = { ask: async () => (asked++, refusal) };
    const arbiters = { answer: () => Promise.reject(new Error('no seed')) };
    const from = asker(2);
    const answers = await Promise.allSettled(
      Array.from({ length: 100 }, () => answerQuestion({ driver, arbiters, rates }, from, VIEW)),
    );
    assert.equal(asked, VIEW_QUESTION_RATE.burst);
    assert.match(String((answers.at(-1) as PromiseRejectedResult).reason), /too many questions/);
  });
});
