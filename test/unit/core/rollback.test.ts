/**
 * A disk that was set back, and one that two machines run with: found out by what others have of our
 * own records, before anything is given, taken or used.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ISOLATION_MS } from '#peer/core/boot-gate.ts';
import type { CoreEffect, CoreReply } from '#peer/core/core-event.ts';
import { MemoryStore } from '../ipam/memory-store.ts';
import { requestOf } from '../ipam/builders.ts';
import { Member, createFounder, createJoiner, giveSpace } from './member.ts';

function copyOf(store: MemoryStore): MemoryStore {
  const copy = new MemoryStore();
  copy.durable = store.durable;
  return copy;
}

/** A founder, and a joiner that holds a block; and the joiner's disk from before it had one. */
function settle() {
  const founder = createFounder(1);
  const asked = createJoiner(2, founder);
  const early = copyOf(asked.joiner.store);
  giveSpace(founder, asked);
  founder.hear(asked.joiner.record);
  return { founder, joiner: asked.joiner, early };
}

function fenceOf(member: Member): string {
  return member.all('fence')[0]?.reason ?? '';
}

function allocate(member: Member, reply: number): CoreReply | undefined {
  member.tell({ type: 'allocate', request: requestOf(reply), reply });
  return member.replies.get(reply);
}

/** Both have the same: the heartbeat of a member says so. First before we publish, then after. */
function agree(member: Member, other: Member): void {
  const { setHash } = member.core.mesh.directory;
  const link = member.linkTo(other.id);
  member.tell({ type: 'frame', link, frame: { type: 'heartbeat', setHash, wanted: true } });
}

describe('a peer whose disk was set back', () => {
  it('fences itself when it sees what it has published before', () => {
    const { founder, joiner, early } = settle();
    const again = new Member(2, { store: early, epoch: 2 });
    again.start();
    again.hear(founder.record);
    const link = again.linkTo(founder.id);
    const records = [joiner.record.signed];
    again.tell({ type: 'frame', link, frame: { type: 'records', records } });
    assert.match(fenceOf(again), /older copy/);
    assert.deepEqual(again.store.durable.attachments, []);
    assert.equal(allocate(again, 1)?.type, 'refused');
  });

  it('is found out at the next start, too, if it ends before it has noted that', () => {
    const { founder, joiner, early } = settle();
    for (const epoch of [2, 3]) {
      const again = new Member(2, { store: copyOf(early), epoch });
      again.start();
      again.hear(founder.record);
      // Nothing of this run has gone out to take the place of what is told against it.
      const told = again
        .all('send')
        .flatMap(({ frame }) => (frame.type === 'records' ? frame.records : []));
      assert.deepEqual(told, []);
      const link = again.linkTo(founder.id);
      const records = [joiner.record.signed];
      again.tell({ type: 'frame', link, frame: { type: 'records', records } });
      assert.match(fenceOf(again), /older copy/);
    }
  });

  it('is told of that by whoever it links with', () => {
    const { founder, joiner } = settle();
    const link = founder.linkTo(joiner.id);
    founder.tell({ type: 'link-down', link });
    founder.effects.length = 0;
    const endpoint = { address: { family: 4, value: 1n }, port: 1 } as const;
    founder.tell({ type: 'link-up', link: 90, peer: joiner.id, initiator: 'them', endpoint });
    const sent = founder
      .all('send')
      .flatMap(({ frame }) => (frame.type === 'records' ? frame.records : []));
    const told = sent.map(({ body }) => Buffer.from(body).toString('hex'));
    assert.ok(told.includes(Buffer.from(joiner.record.signed.body).toString('hex')));
  });

  it('from before it knew who founded the cluster does not found it again', () => {
    const founder = createFounder(1);
    const { joiner } = createJoiner(2, founder);
    const early = new MemoryStore();
    const { view } = joiner.store.durable.custody;
    early.commit([
      { type: 'set-view', view },
      { type: 'set-registered', rev: founder.store.durable.custody.registeredRev },
    ]);
    const again = new Member(1, { store: early, epoch: 2 });
    again.start();
    again.tell({ type: 'founded', founder: again.id });
    assert.deepEqual(again.store.durable.custody.hold, []);
    const link = again.linkTo(joiner.id);
    const records = [founder.record.signed];
    again.tell({ type: 'frame', link, frame: { type: 'records', records } });
    assert.match(fenceOf(again), /older copy/);
  });

  it('from before a grant is found out, whatever lists have come since', () => {
    const founder = createFounder(1);
    const early = copyOf(founder.store);
    giveSpace(founder, createJoiner(2, founder));
    const again = new Member(1, { store: early, epoch: 2 });
    again.start();
    const removed = new Map([[again.id, 'node1']]);
    again.tell({ type: 'view', view: { rev: 9n, members: removed } });
    const link = again.linkTo(new Member(3).id);
    const records = [founder.record.signed];
    again.tell({ type: 'frame', link, frame: { type: 'records', records } });
    assert.match(fenceOf(again), /older copy/);
  });

  it('goes on when what it has published is no newer than its disk', () => {
    const { founder, joiner } = settle();
    const again = new Member(2, { store: copyOf(joiner.store), epoch: 2 });
    again.start();
    again.hear(founder.record);
    const link = again.linkTo(founder.id);
    const records = [joiner.record.signed];
    again.tell({ type: 'frame', link, frame: { type: 'records', records } });
    agree(again, founder);
    agree(again, founder);
    assert.equal(fenceOf(again), '');
    assert.equal(allocate(again, 1)?.type, 'attached');
  });

  it('fences itself when its record is of a run that is yet to come', () => {
    const { founder, joiner } = settle();
    const later = new Member(2, { store: copyOf(joiner.store), epoch: 3 });
    later.start();
    later.hear(founder.record);
    agree(later, founder);
    const again = new Member(2, { store: copyOf(joiner.store), epoch: 2 });
    again.start();
    const link = again.linkTo(founder.id);
    const records = [later.record.signed];
    again.tell({ type: 'frame', link, frame: { type: 'records', records } });
    assert.match(fenceOf(again), /older copy/);
  });
});

/** Why it fences, of a step that does nothing else. Nobody is told before the note of it is on disk. */
function assertNotedFirst(effects: readonly CoreEffect[]): string {
  const [commit] = effects;
  assert.ok(commit?.type === 'commit' && effects.length === 1, 'all that is done is a commit');
  const note = commit.writes.at(-1);
  assert.ok(note?.type === 'set-fenced', 'it notes the fence');
  assert.deepEqual(commit.then[0], { type: 'fence', reason: note.reason });
  return note.reason;
}

describe('the fence comes after its note', () => {
  it('of a disk that was set back', () => {
    const { founder, joiner, early } = settle();
    const again = new Member(2, { store: early, epoch: 2 });
    again.start();
    const link = again.linkTo(founder.id);
    const frame = { type: 'records', records: [joiner.record.signed] } as const;
    assert.match(
      assertNotedFirst(again.core.step(0, { type: 'frame', link, frame })),
      /older copy/,
    );
  });

  it('of who is removed, and the list that says so before it', () => {
    const { founder, joiner } = settle();
    const { members } = founder.store.durable.custody.view;
    const effects = joiner.core.step(0, { type: 'view', view: { rev: 9n, members } });
    assert.match(assertNotedFirst(effects), /removed/);
    const [commit] = effects;
    assert.ok(commit?.type === 'commit' && commit.writes[0]?.type === 'set-view');
  });

  it('of who is replaced before its registration is answered', () => {
    const founder = createFounder(1);
    const { view } = founder.store.durable.custody;
    const effects = new Member(2).core.step(0, { type: 'registered', view });
    assert.match(assertNotedFirst(effects), /replaced or removed/);
  });
});

describe('two machines with copies of one disk', () => {
  it('both fence themselves as soon as they hear of each other, whoever has the newer version', () => {
    const { founder, joiner } = settle();
    const twins = [7n, 8n].map((instance) => {
      const options = { store: copyOf(joiner.store), epoch: 2, instance };
      const twin = new Member(2, options);
      twin.start();
      twin.hear(founder.record);
      agree(twin, founder);
      return twin;
    });
    const [one, other] = twins;
    assert.ok(one !== undefined && other !== undefined);
    allocate(one, 1);
    const records = twins.map(({ record }) => record.signed);
    for (const twin of twins) {
      const link = twin.linkTo(founder.id);
      twin.tell({ type: 'frame', link, frame: { type: 'records', records } });
      assert.match(fenceOf(twin), /another machine runs with a copy/);
    }
  });
});

describe('after a restart', () => {
  it('nothing is given out before a member agrees with us, and then what had to wait is', () => {
    const { founder, joiner } = settle();
    const again = new Member(2, { store: copyOf(joiner.store), epoch: 2 });
    again.start();
    assert.equal(allocate(again, 1), undefined);
    again.hear(founder.record);
    again.tell({ type: 'space-asked', from: founder.id, need: need(), reply: 2 });
    const refused = again.replies.get(2);
    assert.match(refused?.type === 'refused' ? refused.reason : '', /has just started/);
    agree(again, founder);
    assert.equal(again.replies.get(1), undefined);
    agree(again, founder);
    assert.equal(again.replies.get(1)?.type, 'attached');
  });

  it('a grant is not accepted before that either', () => {
    const founder = createFounder(1);
    const asked = createJoiner(2, founder);
    founder.hear(asked.joiner.record);
    founder.tell({ type: 'space-asked', from: asked.joiner.id, need: asked.need, reply: 1 });
    const again = new Member(2, { store: copyOf(asked.joiner.store), epoch: 2 });
    again.start();
    again.hear(founder.record);
    agree(again, founder);
    assert.deepEqual(again.store.durable.custody.hold, []);
    agree(again, founder);
    assert.equal(again.store.durable.custody.hold.length, 1);
  });

  it('nothing is published before a member agrees with us, and then at once', () => {
    const { founder, joiner } = settle();
    const again = new Member(2, { store: copyOf(joiner.store), epoch: 2 });
    again.start();
    again.hear(founder.record);
    assert.equal(again.core.mesh.directory.peer(again.id), undefined);
    agree(again, founder);
    assert.equal(again.record.epoch, 2);
  });

  it('a list is not written before the gate is open, and asked for again then; that we are removed counts at once', () => {
    const { founder, joiner } = settle();
    const { view } = joiner.store.durable.custody;
    const newer = {
      rev: view.rev + 1n,
      members: new Map([...view.members, [new Member(3).id, 'node3']]),
    };
    const lacking = { rev: view.rev + 2n, members: founder.store.durable.custody.view.members };
    const [again, removed] = [0, 1].map(() => {
      const one = new Member(2, { store: copyOf(joiner.store), epoch: 2 });
      one.start();
      one.hear(founder.record);
      one.tell({ type: 'executor-told', question: 0, executor: founder.id, view: newer });
      assert.equal(one.store.durable.custody.view.rev, view.rev);
      return one;
    });
    assert.ok(again !== undefined && removed !== undefined);
    removed.tell({ type: 'executor-told', question: 0, executor: founder.id, view: lacking });
    assert.match(fenceOf(removed), /removed/);
    agree(again, founder);
    agree(again, founder);
    assert.equal(again.store.durable.custody.view.rev, view.rev);
    assert.deepEqual(again.all('ask-view'), [{ type: 'ask-view' }]);
    again.tell({ type: 'view', view: newer });
    assert.equal(again.store.durable.custody.view.rev, newer.rev);
    assert.equal(again.record.content.custody.viewRev, newer.rev);
  });

  it('whoever meets nobody goes on after half a minute, and tells until then what it waits for', () => {
    const { joiner } = settle();
    const again = new Member(2, { store: copyOf(joiner.store), epoch: 2 });
    again.start();
    allocate(again, 1);
    again.now = 5_000;
    again.tell({ type: 'time' });
    const refused = again.replies.get(1);
    assert.match(refused?.type === 'refused' ? refused.reason : '', /has just started/);
    again.now = ISOLATION_MS;
    again.tell({ type: 'time' });
    assert.equal(allocate(again, 2)?.type, 'attached');
  });

  it('who is alone by the word of the arbiter goes on at once, and not by that of its disk', () => {
    const founder = createFounder(1);
    const again = new Member(1, { store: copyOf(founder.store), epoch: 2 });
    again.start();
    assert.equal(allocate(again, 1), undefined);
    again.tell({ type: 'view', view: founder.store.durable.custody.view });
    assert.equal(again.replies.get(1)?.type, 'attached');
  });
});

function need() {
  return { family: 4, wantLog2: 8, minLog2: 4 } as const;
}
