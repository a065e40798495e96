/** Questions and answers over one link, without the link. */
import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { ANSWER_TIMEOUT_MS, QUESTIONS_MAX } from '#peer/transport/limits.ts';
import { type Answer, Questions } from '#peer/transport/questions.ts';
import type { Reply, Request } from '#peer/wire/link-frame.ts';

const SPACE = { type: 'space', family: 4, wantLog2: 8, minLog2: 4 } as const;
const ANSWERED: Answer = { error: '', arbiter: new Uint8Array() };

function makeQuestions(): { questions: Questions; sent: (Request | Reply)[] } {
  const sent: (Request | Reply)[] = [];
  const send = (frame: Request | Reply): void => void sent.push(frame);
  return { questions: new Questions({ send, onFull: () => {} }), sent };
}

function replyTo(id: number, error = ''): Reply {
  return { type: 'reply', id, ...ANSWERED, error };
}

function requestOf(id: number): Request {
  return { type: 'request', id, question: SPACE };
}

describe('questions', () => {
  it('are matched with their answers in whatever order these come', async () => {
    const { questions, sent } = makeQuestions();
    const [one, other] = [questions.ask(SPACE), questions.ask(SPACE)];
    const [first = 0, second = 0] = sent.map(({ id }) => id);
    assert.notEqual(first, second);
    questions.replied(replyTo(second));
    questions.replied(replyTo(first, 'no space'));
    assert.equal((await other).id, second);
    await assert.rejects(one, /no space/);
  });

  it('that nobody answers fail after a while, and a late answer is dropped', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { questions, sent } = makeQuestions();
    const asked = questions.ask(SPACE);
    const refused = assert.rejects(asked, new RegExp(`no answer within ${ANSWER_TIMEOUT_MS} ms`));
    t.mock.timers.tick(ANSWER_TIMEOUT_MS);
    await refused;
    questions.replied(replyTo(sent[0]?.id ?? 0));
  });

  it('make room for others when they time out', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { questions } = makeQuestions();
    const asked = Array.from({ length: QUESTIONS_MAX }, () => questions.ask(SPACE));
    const ended = Promise.allSettled(asked);
    await assert.rejects(questions.ask(SPACE), /wait for an answer already/);
    t.mock.timers.tick(ANSWER_TIMEOUT_MS);
    await ended;
    questions.ask(SPACE).catch(() => {});
    questions.abandon('the end of the test');
  });

  it('that are abandoned fail with what is said', async () => {
    const { questions } = makeQuestions();
    const asked = questions.ask(SPACE);
    questions.abandon('the link broke');
    await assert.rejects(asked, /the link broke/);
  });

  it('of the other end are answered, with the error where there is one', async () => {
    const { questions, sent } = makeQuestions();
    const answer = mock.fn(async () => ANSWERED);
    await questions.answer(requestOf(5), answer);
    await questions.answer(requestOf(6), () => Promise.reject(new Error('no space')));
    assert.deepEqual(sent, [replyTo(5), replyTo(6, 'Error: no space')]);
    assert.deepEqual(answer.mock.calls[0]?.arguments, [SPACE]);
  });

  it(`of the other end above ${QUESTIONS_MAX} at once are refused, and answered again later`, async () => {
    const { questions, sent } = makeQuestions();
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const all = Array.from({ length: QUESTIONS_MAX }, (_, id) =>
      questions.answer(requestOf(id), () => promise),
    );
    await questions.answer(requestOf(99), () => promise);
    assert.deepEqual(sent, [replyTo(99, 'too many questions at once')]);
    resolve(ANSWERED);
    await Promise.all(all);
    await questions.answer(requestOf(100), async () => ANSWERED);
    assert.deepEqual(sent.at(-1), replyTo(100));
  });
});
