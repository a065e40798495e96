/** When a peer that needs space may ask: one question a family, with backoff, and never in a loop. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ASKING_MS, SPACE_ANSWER_TIMEOUT_MS, SpaceQuestions } from '#peer/core/space-questions.ts';
import {
  ANSWER_TIMEOUT_MS,
  DIAL_TIMEOUT_MS,
  HANDSHAKE_TIMEOUT_MS,
} from '#peer/transport/limits.ts';

const ONE_DONOR = { donorCount: 1 };
const NOBODY = { donorCount: 0 };

/** `random` 1 makes each backoff as long as it gets. */
function makeQuestions(random = 1): SpaceQuestions {
  return new SpaceQuestions(() => random);
}

/** How long it rests after each of so many refusals. */
function restsAfter(refusals: number, random: number): readonly number[] {
  const questions = makeQuestions(random);
  let now = 0;
  return Array.from({ length: refusals }, () => {
    questions.asked(now, 4, ONE_DONOR);
    questions.answered(now, 4, false);
    const rest = questions.nextAt() - now;
    now += rest;
    return rest;
  });
}

describe('questions for space', () => {
  it('may be asked at the start, for each family on its own', () => {
    const questions = makeQuestions();
    assert.ok(questions.isDue(0));
    questions.asked(0, 4, ONE_DONOR);
    assert.equal(questions.mayAsk(0, 4), false);
    assert.ok(questions.mayAsk(0, 6));
  });

  it('are derived once for each change', () => {
    const questions = makeQuestions();
    assert.ok(questions.isDue(0));
    assert.equal(questions.isDue(0), false);
    questions.wake();
    assert.ok(questions.isDue(0));
    assert.equal(questions.isDue(0), false);
  });

  it('rest twice as long after each refusal, up to five seconds, and at least half of that', () => {
    assert.deepEqual(restsAfter(7, 1), [200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
    assert.deepEqual(restsAfter(7, 0), [100, 200, 400, 800, 1_600, 2_500, 2_500]);
  });

  it('rest no shorter because something changed in the meantime', () => {
    const questions = makeQuestions();
    questions.asked(0, 4, ONE_DONOR);
    questions.answered(0, 4, false);
    questions.wake();
    assert.equal(questions.mayAsk(199, 4), false);
    assert.ok(questions.mayAsk(200, 4));
  });

  it('that were granted wait a second for the block, and begin their backoff anew', () => {
    const questions = makeQuestions();
    for (const granted of [false, false, true]) {
      questions.asked(0, 4, ONE_DONOR);
      questions.answered(0, 4, granted);
    }
    assert.equal(questions.nextAt(), 1_000);
    questions.asked(1_000, 4, ONE_DONOR);
    questions.answered(1_000, 4, false);
    assert.equal(questions.nextAt(), 1_200);
  });

  it('may go on at once when a block has come', () => {
    const questions = makeQuestions();
    questions.asked(0, 4, ONE_DONOR);
    questions.answered(0, 4, true);
    questions.isDue(0);
    questions.accepted();
    assert.ok(questions.isDue(1));
    assert.ok(questions.mayAsk(1, 4));
  });

  it('that did not end are given up after a time', () => {
    const questions = makeQuestions();
    questions.asked(0, 4, ONE_DONOR);
    assert.equal(questions.nextAt(), SPACE_ANSWER_TIMEOUT_MS);
    assert.equal(questions.mayAsk(SPACE_ANSWER_TIMEOUT_MS - 1, 4), false);
    assert.ok(questions.mayAsk(SPACE_ANSWER_TIMEOUT_MS, 4));
  });

  it('are not given up while the last donor may still answer', () => {
    const questionMs = DIAL_TIMEOUT_MS + HANDSHAKE_TIMEOUT_MS + ANSWER_TIMEOUT_MS;
    assert.ok(ASKING_MS + questionMs < SPACE_ANSWER_TIMEOUT_MS);
  });

  it('with nobody to ask wait for news, and then for a little while after the last try', () => {
    const questions = makeQuestions();
    questions.asked(0, 4, NOBODY);
    assert.equal(questions.nextAt(), Number.POSITIVE_INFINITY);
    questions.wake();
    assert.equal(questions.mayAsk(99, 4), false);
    assert.ok(questions.mayAsk(100, 4));
  });

  it('take no notice of an answer to none of them', () => {
    const questions = makeQuestions();
    questions.answered(0, 4, true);
    assert.ok(questions.mayAsk(0, 4));
  });
});
