/** Links between transports on loopback sockets: they come up, carry frames and questions, and end. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { MeshFrame } from '#peer/mesh/frame.ts';
import { type ClusterKeys, parseClusterKeys } from '#peer/transport/cluster-keys.ts';
import { QUESTIONS_MAX, SEND_BUFFER_MAX_BYTES } from '#peer/transport/limits.ts';
import type { Answer } from '#peer/transport/questions.ts';
import { decodeFrame, encodeFrame } from '#peer/wire/frame-codec.ts';
import { sealPeer, testIdentity } from '#test/support/records.ts';
import { NEW_KEY, OLD_KEY, connectMember, count, link, openEnd } from './ends.ts';

const HEARTBEAT: MeshFrame = { type: 'heartbeat', setHash: 5n, wanted: true };
const PART = { body: new Uint8Array(16 * 1024), signature: new Uint8Array(64) };
/** A little more than that. */
const MEGABYTE: MeshFrame = { type: 'records', records: Array.from({ length: 64 }, () => PART) };
const SPACE = { type: 'space', family: 4, wantLog2: 8, minLog2: 4 } as const;
const ANSWERED: Answer = { error: '', arbiter: new Uint8Array() };
const ANSWERS = { onQuestion: async () => ANSWERED };
const REFUSES = { onQuestion: () => Promise.reject(new Error('no space to spare')) };
const NEVER_ANSWERS = { onQuestion: () => new Promise<Answer>(() => {}) };

describe('a link', { timeout: 20_000 }, () => {
  for (const address of ['127.0.0.1', '::1']) {
    it(`comes up at both ends of ${address}, and each knows who the other is`, async (t) => {
      const [one, two] = [await openEnd(t, 1, { address }), await openEnd(t, 2, { address })];
      one.transport.dial(two.endpoint);
      const ours = await one.event('link-up');
      const theirs = await two.event('link-up');
      assert.deepEqual([ours.peer, ours.initiator], [two.id, 'us']);
      assert.deepEqual(ours.endpoint, two.endpoint);
      assert.deepEqual([theirs.peer, theirs.initiator], [one.id, 'them']);
      assert.deepEqual(theirs.endpoint.address, one.endpoint.address);
    });
  }

  it('that the mesh dials anew while it is told of one is another, and told of', async (t) => {
    const two = await openEnd(t, 2);
    let dialled = 0;
    const one = await openEnd(t, 1, {
      onEvent: ({ type }) => {
        if (type === 'link-up' && dialled++ === 0) one.transport.dial(two.endpoint);
      },
    });
    one.transport.dial(two.endpoint);
    const [first, second] = [await one.event('link-up'), await one.event('link-up', 2)];
    assert.notEqual(first.link, second.link);
  });

  it('carries frames both ways, in their order', async (t) => {
    const [one, two] = [await openEnd(t, 1), await openEnd(t, 2)];
    const ids = await link(one, two);
    const records: MeshFrame = { type: 'records', records: [sealPeer(1).signed] };
    one.transport.send(ids.from, HEARTBEAT);
    one.transport.send(ids.from, records);
    two.transport.send(ids.to, HEARTBEAT);
    assert.deepEqual((await two.event('frame')).frame, HEARTBEAT);
    assert.deepEqual(encodeFrame((await two.event('frame', 2)).frame), encodeFrame(records));
    assert.deepEqual(await one.event('frame'), {
      type: 'frame',
      link: ids.from,
      frame: HEARTBEAT,
    });
  });

  it('tells the end whose mesh closed it nothing, and the other one once', async (t) => {
    const [one, two] = [await openEnd(t, 1), await openEnd(t, 2)];
    const ids = await link(one, two);
    one.transport.close(ids.from, 'unwanted');
    assert.equal((await two.event('link-down')).link, ids.to);
    await link(one, two);
    assert.equal(count(one, 'link-down'), 0);
    assert.equal(count(two, 'link-down'), 1);
  });

  it('that breaks is told to the mesh once', async (t) => {
    const one = await openEnd(t, 1);
    const member = await connectMember(t, one, 2);
    const up = await one.event('link-up');
    member.tls.destroy();
    assert.equal((await one.event('link-down')).link, up.link);
    await connectMember(t, one, 2);
    assert.equal(count(one, 'link-down'), 1);
  });

  it('is not there when nobody listens: the mesh is told that the dial failed', async (t) => {
    const [one, two] = [await openEnd(t, 1), await openEnd(t, 2)];
    await two.transport.stop();
    one.transport.dial(two.endpoint);
    assert.deepEqual((await one.event('dial-failed')).endpoint, two.endpoint);
    assert.equal(count(one, 'link-up'), 0);
  });

  it('is not dialled when there is one by now with the peer at that endpoint', async (t) => {
    const [one, two] = [
      await openEnd(t, 1, { findLinkedAt: () => testIdentity(2).id }),
      await openEnd(t, 2),
    ];
    await link(two, one);
    one.transport.dial(two.endpoint);
    assert.deepEqual((await one.event('dial-failed')).endpoint, two.endpoint);
    assert.equal(count(two, 'link-up'), 1);
  });

  it('is dialled though a member elsewhere says that the endpoint is its own', async (t) => {
    const thief = await openEnd(t, 3, { address: '127.0.0.3' });
    const one = await openEnd(t, 1, { findLinkedAt: () => thief.id });
    const two = await openEnd(t, 2);
    await link(thief, one);
    await link(one, two);
    assert.equal(count(two, 'link-up'), 1);
  });

  it('is not dialled any more by one that has stopped', async (t) => {
    const [one, two] = [await openEnd(t, 1), await openEnd(t, 2)];
    await one.transport.stop();
    one.transport.dial(two.endpoint);
    await one.event('dial-failed');
    await link(await openEnd(t, 3), two);
    assert.equal(count(two, 'link-up'), 1);
  });

  it('is not made by a dial that was on its way when its transport stopped', async (t) => {
    const [one, two] = [await openEnd(t, 1), await openEnd(t, 2)];
    one.transport.dial(two.endpoint);
    await turn();
    await one.transport.stop();
    await Promise.race([one.event('dial-failed'), one.event('link-up')]);
    assert.deepEqual(
      one.events.map(({ type }) => type),
      ['dial-failed'],
    );
    assert.equal(count(two, 'link-up'), 0);
  });

  it('gets what was sent on it right before it was closed, and then the farewell', async (t) => {
    const one = await openEnd(t, 1);
    const member = await connectMember(t, one, 2);
    const { link: id } = await one.event('link-up');
    const before = member.messageCount;
    one.transport.send(id, MEGABYTE);
    one.transport.send(id, HEARTBEAT);
    one.transport.close(id, 'unwanted');
    assert.equal((await member.message(before + 1)).length, encodeFrame(MEGABYTE).length);
    assert.deepEqual(decodeFrame(await member.message(before + 2)), HEARTBEAT);
    const bye = decodeFrame(await member.message(before + 3));
    assert.deepEqual(bye, { type: 'bye', reason: 'unwanted', detail: '' });
    await member.gone;
  });

  it('that fills up is congested, and drained once the other end reads again', async (t) => {
    const one = await openEnd(t, 1);
    const member = await connectMember(t, one, 2);
    const { link: id } = await one.event('link-up');
    member.tls.pause();
    for (let megabytes = 0; megabytes < 6; megabytes++) one.transport.send(id, MEGABYTE);
    assert.equal(one.counters.get('link-congested'), 1);
    assert.equal(count(one, 'drained'), 0);
    member.tls.resume();
    assert.equal((await one.event('drained')).link, id);
  });

  it('whose other end reads nothing is ended before it costs much memory', async (t) => {
    const one = await openEnd(t, 1);
    const member = await connectMember(t, one, 2);
    const { link: id } = await one.event('link-up');
    member.tls.pause();
    // The kernel may take some megabytes of its own; what is sent after the end costs nothing.
    const megabytes = (2 * SEND_BUFFER_MAX_BYTES) / 2 ** 20;
    for (let sent = 0; sent < megabytes; sent++) one.transport.send(id, MEGABYTE);
    assert.equal(one.counters.get('send-buffer-full'), 1);
    assert.equal(one.counters.get('link-congested'), 1);
    assert.equal((await one.event('link-down')).link, id);
    assert.equal(count(one, 'drained'), 0);
    await connectMember(t, one, 2);
    await one.event('link-up', 2);
  });

  it('takes a burst that comes right behind the proof of the other end', async (t) => {
    const one = await openEnd(t, 1);
    const member = await connectMember(t, one, 2);
    const part = { body: new Uint8Array(16_000), signature: new Uint8Array(64) };
    const records = Array.from({ length: 4 }, () => part);
    member.send({ type: 'records', records });
    const { frame } = await one.event('frame');
    assert.deepEqual(encodeFrame(frame), encodeFrame({ type: 'records', records }));
    assert.deepEqual(one.counters.all(), {});
  });

  it('goes when its transport stops, and what was dialled then fails', async (t) => {
    const [one, two] = [await openEnd(t, 1), await openEnd(t, 2)];
    await link(one, two);
    await two.transport.stop();
    await one.event('link-down');
    one.transport.dial(two.endpoint);
    await one.event('dial-failed');
  });
});

function keys(...lines: readonly string[]): ClusterKeys {
  return parseClusterKeys(lines.join('\n'), 'the test');
}

describe('while keys are rotated', { timeout: 20_000 }, () => {
  const stages = [
    [keys(OLD_KEY), keys(OLD_KEY, NEW_KEY)],
    [keys(OLD_KEY, NEW_KEY), keys(NEW_KEY, OLD_KEY)],
    [keys(NEW_KEY, OLD_KEY), keys(NEW_KEY)],
  ] as const;
  for (const [at, [before, after]] of stages.entries()) {
    it(`peers before and after step ${at + 1} link in either direction`, async (t) => {
      const one = await openEnd(t, 1, { credentials: { keys: before } });
      const two = await openEnd(t, 2, { credentials: { keys: after } });
      await link(one, two);
      await link(two, one);
    });
  }

  it('one that skips a step is refused', async (t) => {
    const one = await openEnd(t, 1, { credentials: { keys: keys(OLD_KEY) } });
    const two = await openEnd(t, 2, { credentials: { keys: keys(NEW_KEY, OLD_KEY) } });
    two.transport.dial(one.endpoint);
    await two.event('dial-failed');
    assert.deepEqual(one.counters.all(), { 'unknown-cluster-key': 1 });
  });
});

describe('a question', { timeout: 20_000 }, () => {
  it('is answered over the link there is, and the other end knows who asks', async (t) => {
    const askers: unknown[] = [];
    const onQuestion = async (asker: { peer: string }, question: unknown) => {
      askers.push([asker.peer, question]);
      return { error: '', arbiter: Uint8Array.of(7) };
    };
    const [one, two] = [await openEnd(t, 1), await openEnd(t, 2, { onQuestion })];
    await link(two, one);
    const reply = await one.transport.ask({ peer: two.id, endpoint: two.endpoint }, SPACE);
    assert.deepEqual([...reply.arbiter], [7]);
    assert.deepEqual(askers, [[one.id, SPACE]]);
    assert.equal(count(one, 'link-up'), 1);
  });

  it('are all of one asker as long as the link is up, and of another one after it', async (t) => {
    const askers: unknown[] = [];
    const onQuestion = async (asker: unknown) => (askers.push(asker), ANSWERED);
    const [one, two] = [await openEnd(t, 1), await openEnd(t, 2, { onQuestion })];
    const ask = () => one.transport.ask({ peer: two.id, endpoint: two.endpoint }, SPACE);
    const { from } = await link(one, two);
    await ask();
    await ask();
    one.transport.close(from, 'the test');
    await two.event('link-down');
    await ask();
    assert.equal(askers[0], askers[1]);
    assert.notEqual(askers[1], askers[2]);
  });

  it('dials where there is no link, once for all that ask at the same time', async (t) => {
    const [one, two] = [await openEnd(t, 1), await openEnd(t, 2, ANSWERS)];
    const ask = () => one.transport.ask({ endpoint: two.endpoint }, SPACE);
    await Promise.all([ask(), ask(), ask()]);
    await ask();
    assert.equal(count(two, 'link-up'), 1);
  });

  it('goes over the link that the peer at the endpoint made, and needs no other', async (t) => {
    const two = await openEnd(t, 2, ANSWERS);
    const one = await openEnd(t, 1, { findLinkedAt: () => two.id });
    await link(two, one);
    await one.transport.ask({ endpoint: two.endpoint }, SPACE);
    assert.equal(count(one, 'link-up'), 1);
  });

  it('does not go to a member that only says that it is reached at the endpoint', async (t) => {
    const liar = await openEnd(t, 3, { ...REFUSES, address: '127.0.0.3' });
    const [one, two] = [
      await openEnd(t, 1, { findLinkedAt: () => liar.id }),
      await openEnd(t, 2, ANSWERS),
    ];
    await link(liar, one);
    await one.transport.ask({ endpoint: two.endpoint }, SPACE);
    assert.equal(count(two, 'link-up'), 1);
  });

  it('fails with the error of the other end', async (t) => {
    const [one, two] = [await openEnd(t, 1), await openEnd(t, 2, REFUSES)];
    await assert.rejects(one.transport.ask({ endpoint: two.endpoint }, SPACE), /no space to spare/);
  });

  it('fails when the other end can not be reached', async (t) => {
    const [one, two] = [await openEnd(t, 1), await openEnd(t, 2)];
    await two.transport.stop();
    await assert.rejects(one.transport.ask({ endpoint: two.endpoint }, SPACE), /ECONNREFUSED/);
  });

  it('fails at once when its link ends, whoever ended it', async (t) => {
    const [one, two] = [await openEnd(t, 1), await openEnd(t, 2, NEVER_ANSWERS)];
    const first = await link(one, two);
    const target = { peer: two.id, endpoint: two.endpoint };
    const asked = assert.rejects(one.transport.ask(target, SPACE), /was closed: unwanted/);
    one.transport.close(first.from, 'unwanted');
    await asked;
    const again = await link(one, two);
    const broken = assert.rejects(one.transport.ask(target, SPACE), /it closed: silent/);
    two.transport.close(again.to, 'silent');
    await broken;
  });

  it(`is refused above ${QUESTIONS_MAX} on one link, and the link stays`, async (t) => {
    const waiting: ((answer: Answer) => void)[] = [];
    const onQuestion = () => new Promise<Answer>((resolve) => waiting.push(resolve));
    const [one, two] = [await openEnd(t, 1), await openEnd(t, 2, { onQuestion })];
    const { from } = await link(one, two);
    const ask = () => one.transport.ask({ peer: two.id, endpoint: two.endpoint }, SPACE);
    const asked = Array.from({ length: QUESTIONS_MAX }, ask);
    await assert.rejects(ask(), new RegExp(`${QUESTIONS_MAX} questions`));
    assert.deepEqual(one.counters.all(), { 'too-many-questions': 1 });
    one.transport.send(from, HEARTBEAT);
    await two.event('frame');
    for (const answer of waiting) answer(ANSWERED);
    assert.equal((await Promise.all(asked)).length, QUESTIONS_MAX);
  });
});

describe('a refusal by a peer that we dialled', { timeout: 20_000 }, () => {
  const other = { credentials: { configDigest: new Uint8Array(16).fill(1) } };

  it('is a problem until there is a link with that address, whoever dialled it', async (t) => {
    const one = await openEnd(t, 1);
    const two = await openEnd(t, 2, { ...other, address: '127.0.0.2' });
    const three = await openEnd(t, 3, { ...other, address: '127.0.0.3' });
    one.transport.dial(two.endpoint);
    one.transport.dial(three.endpoint);
    await one.counted('turned-away', 2);
    assert.equal(one.transport.problems().length, 2);
    await two.transport.stop();
    await link(await openEnd(t, 2, { address: '127.0.0.2' }), one);
    const [problem, ...others] = one.transport.problems();
    assert.match(
      problem ?? '',
      /^the peer at 127\.0\.0\.3 \d+ refuses us: another-configuration \(/,
    );
    assert.deepEqual(others, []);
  });
});
