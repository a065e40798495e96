/** The core: ownership and mesh in one function of events, and nothing told before it is written. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { containsAddress, formatAddress } from '#peer/ipam/cidr.ts';
import { ALLOCATION_WAIT_MS, WAITING_MAX } from '#peer/core/waiting-allocations.ts';
import { parseAddress } from '#peer/ipam/parse.ts';
import { requestOf } from '../ipam/builders.ts';
import { MemoryStore } from '../ipam/memory-store.ts';
import { Member, UNIVERSE, createFounder, createJoiner, giveSpace, viewOf } from './member.ts';

const FOUND = parseAddress('10.32.9.17');
const POD_MAC = '0a:58:0a:20:09:11';

/** How often the kernel was to be looked at, for anything but a commit. */
function looksOf({ effects }: Member): number {
  return effects.filter(({ type }) => type === 'look-again').length;
}

function addressesOf(member: Member, reply: number): readonly string[] {
  const value = member.replies.get(reply);
  assert.equal(value?.type, 'attached');
  return value.type === 'attached' ? value.attachment.addresses.map(formatAddress) : [];
}

describe('before it is a member', () => {
  it('a peer publishes nothing and looks at nothing', () => {
    const peer = new Member(1);
    peer.start();
    peer.tell({ type: 'time' });
    peer.tell({ type: 'registered', view: viewOf(1n, [peer]) });
    assert.equal(peer.core.mesh.directory.size, 0);
    assert.deepEqual(peer.all('ask-space'), []);
  });

  it('a peer wants whoever it knows, and no more who is missing in the first list it is told', () => {
    const [gone, peer] = [createFounder(1), new Member(2)];
    peer.hear(gone.record);
    assert.ok(peer.core.mesh.isWanted(gone.id));
    peer.tell({ type: 'registered', view: viewOf(5n, [peer]) });
    assert.ok(!peer.core.mesh.isWanted(gone.id));
  });

  it('a peer that asks for space is answered that we have none to give', () => {
    const [founder, peer] = [createFounder(1), new Member(2)];
    peer.hear(founder.record);
    const need = { family: 4, wantLog2: 8, minLog2: 4 } as const;
    peer.tell({ type: 'space-asked', from: founder.id, need, reply: 1 });
    assert.equal(peer.replies.get(1)?.type, 'refused');
  });
});

describe('the founder', () => {
  it('holds the universe, takes an overlay address and publishes both', () => {
    const { content } = createFounder(1).record;
    assert.deepEqual(
      content.custody.hold.map(({ cidr }) => cidr),
      [UNIVERSE],
    );
    assert.equal(content.profile.vtep.overlay.length, 1);
  });

  it('writes an attachment before it answers, and has the same on disk', () => {
    const founder = createFounder(1);
    founder.tell({ type: 'allocate', request: requestOf(1), reply: 1 });
    const [attachment] = founder.store.durable.attachments;
    assert.deepEqual(founder.replies.get(1), { type: 'attached', attachment });
  });

  it('answers for an attachment that exists by way of a commit: the first may not be on disk yet', () => {
    const { core } = createFounder(1);
    const first = core.step(0, { type: 'allocate', request: requestOf(1), reply: 1 });
    const again = core.step(0, { type: 'allocate', request: requestOf(1), reply: 2 });
    const commits = [...first, ...again].filter((effect) => effect.type === 'commit');
    assert.deepEqual(
      commits.map(({ writes }) => writes.length),
      [1, 0],
    );
    const replies = commits.flatMap(({ then }) => then.filter(({ type }) => type === 'reply'));
    assert.deepEqual(
      replies.map((effect) => effect.type === 'reply' && effect.to),
      [1, 2],
    );
  });

  it('answers a release after it is written, of what is not there too', () => {
    const founder = createFounder(1);
    founder.tell({ type: 'allocate', request: requestOf(1), reply: 1 });
    founder.tell({ type: 'release', key: requestOf(1).key, reply: 2 });
    founder.tell({ type: 'release', key: requestOf(1).key, reply: 3 });
    assert.deepEqual(founder.store.durable.attachments, []);
    assert.deepEqual(
      [2, 3].map((reply) => founder.replies.get(reply)?.type),
      ['done', 'done'],
    );
  });
});

describe('an allocation without space', () => {
  it('waits, and is answered when a block comes', () => {
    const founder = createFounder(1);
    const asked = createJoiner(2, founder);
    const { joiner } = asked;
    joiner.tell({ type: 'allocate', request: requestOf(1), reply: 1 });
    assert.equal(joiner.replies.size, 0);
    giveSpace(founder, asked);
    const [block] = joiner.record.content.custody.hold;
    const attachment = joiner.store.durable.attachments[0];
    assert.ok(block !== undefined && attachment?.addresses[0] !== undefined);
    assert.equal(addressesOf(joiner, 1).length, 1);
    assert.ok(containsAddress(block.cidr, attachment.addresses[0]));
  });

  it('of many, all are answered, with addresses of their own', () => {
    const founder = createFounder(1);
    const asked = createJoiner(2, founder);
    const replies = Array.from({ length: 50 }, (_, n) => n);
    for (const reply of replies) {
      asked.joiner.tell({ type: 'allocate', request: requestOf(reply), reply });
    }
    giveSpace(founder, asked);
    const addresses = replies.flatMap((reply) => addressesOf(asked.joiner, reply));
    assert.equal(new Set(addresses).size, 50);
  });

  it('is refused with the reason once it has waited long enough, and not before', () => {
    const { joiner } = createJoiner(2, createFounder(1));
    joiner.tell({ type: 'allocate', request: requestOf(1), reply: 1 });
    assert.ok(joiner.core.nextAt() <= ALLOCATION_WAIT_MS);
    joiner.now = ALLOCATION_WAIT_MS - 1;
    joiner.tell({ type: 'time' });
    assert.equal(joiner.replies.size, 0);
    joiner.now = ALLOCATION_WAIT_MS;
    joiner.tell({ type: 'time' });
    const value = joiner.replies.get(1);
    assert.equal(value?.type, 'refused');
    assert.match(value.type === 'refused' ? value.reason : '', /./);
  });

  it('is refused at once when as many wait as may, and that is told as a bound', () => {
    const { joiner } = createJoiner(2, createFounder(1));
    for (let reply = 0; reply < WAITING_MAX; reply++)
      joiner.tell({ type: 'allocate', request: requestOf(reply), reply });
    assert.deepEqual(joiner.all('bound-hit'), []);
    joiner.tell({ type: 'allocate', request: requestOf(WAITING_MAX), reply: WAITING_MAX });
    assert.equal(joiner.replies.get(WAITING_MAX)?.type, 'refused');
    const bound = 'too-many-waiting-allocations';
    assert.deepEqual(joiner.all('bound-hit'), [{ type: 'bound-hit', bound }]);
    assert.equal(joiner.replies.size, 1);
  });

  it('that was refused is not given an address by a block that comes later', () => {
    const founder = createFounder(1);
    const asked = createJoiner(2, founder);
    const { joiner } = asked;
    joiner.tell({ type: 'allocate', request: requestOf(1), reply: 1 });
    joiner.now = ALLOCATION_WAIT_MS;
    joiner.tell({ type: 'time' });
    giveSpace(founder, asked);
    assert.deepEqual(joiner.store.durable.attachments, []);
    joiner.tell({ type: 'allocate', request: requestOf(1), reply: 2 });
    assert.equal(addressesOf(joiner, 2).length, 1);
  });

  it('waits no longer in all because a block came that did not help', () => {
    const founder = createFounder(1);
    const asked = createJoiner(2, founder);
    const { joiner } = asked;
    giveSpace(founder, asked);
    for (let n = 0; joiner.replies.size === n; n++) {
      joiner.tell({ type: 'allocate', request: requestOf(n), reply: n });
    }
    const last = joiner.replies.size;
    joiner.now = ALLOCATION_WAIT_MS / 2;
    joiner.tell({ type: 'release', key: requestOf(0).key, reply: 8_000 });
    joiner.now = ALLOCATION_WAIT_MS;
    joiner.tell({ type: 'time' });
    assert.equal(joiner.replies.get(last)?.type, 'refused');
  });
});

/** Its state is new, and has one attachment that was found. */
function createLost(n: number): Member {
  const store = new MemoryStore();
  const { key, hostInterface, podName } = requestOf(7);
  const attachment = { ...key, hostInterface, podName, addresses: [FOUND], podMac: POD_MAC };
  store.commit([{ type: 'add-attachment', attachment }]);
  return new Member(n, { store });
}

describe('a peer whose pods run from before', () => {
  it('says so in its first record, and is handed the block around by whoever holds it', () => {
    const [founder, lost] = [createFounder(1), createLost(2)];
    lost.hear(founder.record);
    lost.join(viewOf(2n, [founder, lost]), founder.id);
    assert.deepEqual(lost.record.content.custody.carriedOver.map(formatAddress), ['10.32.9.16']);
    founder.hear(lost.record);
    const [granted] = founder.record.content.custody.pending;
    assert.ok(granted !== undefined && containsAddress(granted.block.cidr, FOUND));
    lost.hear(founder.record);
    assert.deepEqual(lost.record.content.custody.carriedOver, []);
    assert.deepEqual(lost.record.content.custody.hold, [granted.block]);
  });

  it('tells when the last of them is gone', () => {
    const [founder, lost] = [createFounder(1), createLost(2)];
    lost.hear(founder.record);
    lost.join(viewOf(2n, [founder, lost]), founder.id);
    lost.tell({ type: 'release', key: requestOf(7).key, reply: 1 });
    assert.deepEqual(lost.record.content.custody.carriedOver, []);
  });
});

describe('a peer fences itself', () => {
  it('when the arbiter removed it, after that is written, and gives out no more addresses', () => {
    const founder = createFounder(1);
    const other = new Member(2);
    founder.tell({ type: 'view', view: viewOf(5n, [other]) });
    assert.match(founder.all('fence')[0]?.reason ?? '', /this peer was removed/);
    assert.equal(founder.store.durable.custody.view.rev, 5n);
    founder.tell({ type: 'allocate', request: requestOf(1), reply: 1 });
    founder.now = ALLOCATION_WAIT_MS;
    founder.tell({ type: 'time' });
    assert.equal(founder.replies.get(1)?.type, 'refused');
    assert.deepEqual(founder.store.durable.attachments, []);
  });

  it('when its registration was refused', () => {
    const [peer, other] = [new Member(1), new Member(2)];
    peer.tell({ type: 'registered', view: viewOf(3n, [other]) });
    assert.match(peer.all('fence')[0]?.reason ?? '', /doesn't have/);
    assert.equal(peer.store.durable.custody.registeredRev, 0n);
  });

  it('when another arbiter answers than before', () => {
    const [founder, other] = [createFounder(1), new Member(2)];
    founder.tell({ type: 'founded', founder: other.id });
    const reason = founder.all('fence')[0]?.reason ?? '';
    assert.ok(reason.includes(other.id) && reason.includes(founder.id), reason);
  });

  it('and takes no notice of an older list that does not have it', () => {
    const founder = createFounder(1);
    founder.tell({ type: 'view', view: { rev: 0n, members: new Map() } });
    assert.deepEqual(founder.all('fence'), []);
  });
});

describe('the members', () => {
  it('are those whom the list has, and those who registered after it', () => {
    const founder = createFounder(1);
    const { joiner } = createJoiner(2, founder);
    founder.hear(joiner.record);
    assert.deepEqual(
      founder.core.others().map(({ peer }) => peer),
      [joiner.id],
    );
    founder.tell({ type: 'view', view: viewOf(3n, [founder]) });
    assert.deepEqual(founder.core.others(), []);
  });

  it('that the list does not have count as members, but are not vouched for', () => {
    const founder = createFounder(1);
    const { joiner } = createJoiner(2, founder);
    const later = new Member(3);
    later.join(viewOf(9n, [founder, joiner, later]), founder.id);
    founder.now = 600_000;
    founder.tell({ type: 'view', view: viewOf(3n, [founder, joiner]) });
    founder.hear(later.record);
    assert.ok(founder.core.others().some(({ peer }) => peer === later.id));
    const link = founder.linkTo(later.id);
    const { setHash } = founder.core.mesh.directory;
    founder.tell({ type: 'frame', link, frame: { type: 'heartbeat', setHash, wanted: true } });
    assert.equal(founder.core.mesh.agreement.isSynced, false);
    founder.hear(joiner.record);
    const listed = founder.linkTo(joiner.id);
    const hash = founder.core.mesh.directory.setHash;
    const frame = { type: 'heartbeat', setHash: hash, wanted: true } as const;
    const looksBefore = looksOf(founder);
    founder.tell({ type: 'frame', link: listed, frame });
    assert.equal(founder.core.mesh.agreement.isSynced, true);
    assert.equal(looksOf(founder), looksBefore + 1, 'the kernel is looked at again');
  });

  it('of one name are asked the arbiter about, again until its list has one of them', () => {
    const founder = createFounder(1);
    const { joiner: old } = createJoiner(2, founder);
    const again = new Member(3, { name: 'node2' });
    again.join(viewOf(3n, [founder, again]), founder.id);
    founder.hear(old.record);
    founder.hear(again.record);
    founder.now += 1_000;
    founder.tell({ type: 'time' });
    for (const times of [1, 2]) {
      founder.now = founder.now + 10_000;
      founder.tell({ type: 'time' });
      assert.equal(founder.all('ask-view').length, times);
    }
    founder.tell({ type: 'view', view: viewOf(3n, [founder, again]) });
    assert.deepEqual(
      founder.core.others().map(({ peer }) => peer),
      [again.id],
    );
    founder.now += 10_000;
    founder.tell({ type: 'time' });
    assert.equal(founder.all('ask-view').length, 2);
  });

  it('are counted as of one name once a second at most, however many records come', () => {
    const founder = createFounder(1);
    const { joiner } = createJoiner(2, founder);
    founder.tell({ type: 'time' });
    founder.hear(joiner.record);
    assert.equal(founder.core.nextAt() <= 1_000, true);
    founder.now = 1_000;
    founder.tell({ type: 'time' });
    assert.deepEqual(founder.all('ask-view'), []);
  });

  it('are looked at again when something was learned', () => {
    const founder = createFounder(1);
    const { joiner } = createJoiner(2, founder);
    const before = founder.all('look-again').length;
    founder.hear(joiner.record);
    const after = founder.all('look-again').length;
    founder.hear(joiner.record);
    assert.ok(after > before);
    assert.equal(founder.all('look-again').length, after);
  });
});
