/** The core: ownership and mesh in one function of events, and nothing told before it is written. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { containsAddress, formatAddress } from '#peer/ipam/cidr.ts';
import { COUNTERPARTIES_MAX, GRANT_RATE, UNASKED_BLOCKS_MAX } from '#peer/ipam/limits.ts';
import { ALLOCATION_WAIT_MS, WAITING_MAX } from '#peer/core/waiting-allocations.ts';
import { peerId, requestOf } from '../ipam/builders.ts';
import { EMPTY_CUSTODY, testCodec, testContent, testIdentity } from '#test/support/records.ts';
import { Member, UNIVERSE, createFounder, createJoiner, giveSpace, viewOf } from './member.ts';

function addressesOf(member: Member, reply: number): readonly string[] {
  const value = member.replies.get(reply);
  assert.equal(value?.type, 'attached');
  return value.type === 'attached' ? value.attachment.addresses.map(formatAddress) : [];
}

/** As many peers as can be counted were granted a block and have accepted it. */
function fillCounterparties({ core: { ipam, self } }: Member): void {
  const need = { family: 4, wantLog2: 4, minLog2: 4, registeredRev: 9n } as const;
  for (let n = 0; n < COUNTERPARTIES_MAX; n++) {
    const to = peerId(n);
    assert.equal(ipam.grant(0, { ...need, to }).type, 'granted');
    const counterparties = [{ peer: self, granted: 0, cleared: 0, accepted: 1 }];
    ipam.look(new Map([[to, { ...EMPTY_CUSTODY, registeredRev: 9n, counterparties }]]));
  }
}

/** A record of the founder's that grants the second peer more /28s, apart, than it takes without need. */
function sealGifts(n: number) {
  const to = testIdentity(2).id;
  const pending = Array.from({ length: UNASKED_BLOCKS_MAX + 8 }, (_, i) => {
    const address = UNIVERSE.address + BigInt(32 * i);
    return { block: { cidr: { family: 4, address, length: 28 }, term: 2 }, to, n: 2 + i } as const;
  });
  const content = testContent(n, { pending });
  return testCodec(n).seal({ peer: testIdentity(n).id, epoch: 9, seq: 9, content });
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

describe('a question for space', () => {
  it('goes to the one who has some, once', () => {
    const founder = createFounder(1);
    const { joiner } = createJoiner(2, founder);
    joiner.tell({ type: 'time' });
    assert.deepEqual(
      joiner.all('ask-space').map(({ donors }) => donors),
      [[founder.id]],
    );
  });

  it('that was refused is asked again after a rest', () => {
    const { joiner, need } = createJoiner(2, createFounder(1));
    joiner.tell({ type: 'space-answered', need, granted: false });
    joiner.tell({ type: 'time' });
    assert.equal(joiner.all('ask-space').length, 1);
    joiner.now = 200;
    joiner.tell({ type: 'time' });
    assert.equal(joiner.all('ask-space').length, 2);
  });

  it('with nobody to ask waits for somebody to be heard of', () => {
    const founder = createFounder(1);
    const joiner = new Member(2);
    joiner.join(viewOf(2n, [founder, joiner]), founder.id);
    joiner.now = 5_000;
    joiner.tell({ type: 'time' });
    assert.deepEqual(joiner.all('ask-space'), []);
    joiner.hear(founder.record);
    joiner.now = joiner.core.nextAt();
    assert.ok(joiner.now <= 5_100);
    joiner.tell({ type: 'time' });
    assert.equal(joiner.all('ask-space').length, 1);
  });

  it('of a peer whose record is not here yet is refused: its grant could not be checked', () => {
    const founder = createFounder(1);
    const { joiner, need } = createJoiner(2, founder);
    founder.tell({ type: 'space-asked', from: joiner.id, need, reply: 1 });
    const reason = 'its record is not known here yet';
    assert.deepEqual(founder.replies.get(1), { type: 'refused', reason });
  });

  it('asked twice is granted once', () => {
    const founder = createFounder(1);
    const { joiner, need } = createJoiner(2, founder);
    founder.hear(joiner.record);
    founder.tell({ type: 'space-asked', from: joiner.id, need, reply: 1 });
    founder.tell({ type: 'space-asked', from: joiner.id, need, reply: 2 });
    assert.deepEqual(
      [founder.replies.get(1)?.type, founder.replies.get(2)?.type],
      ['done', 'done'],
    );
    assert.equal(founder.record.content.custody.pending.length, 1);
  });

  it('of one peer again and again is refused above a rate, and that is told as a bound', () => {
    const founder = createFounder(1);
    const { joiner, need } = createJoiner(2, founder);
    let reply = 0;
    while (founder.all('bound-hit').length === 0) {
      founder.hear(joiner.record);
      founder.tell({ type: 'space-asked', from: joiner.id, need, reply: ++reply });
      joiner.hear(founder.record);
    }
    assert.deepEqual(founder.all('bound-hit'), [{ type: 'bound-hit', bound: 'grant-budget' }]);
    assert.equal(reply, GRANT_RATE.burst + 1);
    const refused = founder.replies.get(reply);
    assert.match(refused?.type === 'refused' ? refused.reason : '', /granted enough for now/);
  });

  it('that there is no room to count is refused, and the arbiter asked who was removed, now and then', () => {
    const founder = createFounder(1);
    const asked = createJoiner(2, founder);
    fillCounterparties(founder);
    founder.hear(asked.joiner.record);
    const ask = (): void => {
      founder.tell({ type: 'space-asked', from: asked.joiner.id, need: asked.need, reply: 1 });
    };
    ask();
    ask();
    const bound = 'too-many-counterparties';
    assert.deepEqual(founder.all('bound-hit')[0], { type: 'bound-hit', bound });
    assert.equal(founder.all('ask-view').length, 1);
    founder.now += 10_000;
    ask();
    assert.equal(founder.all('ask-view').length, 2);
  });

  it('is not needed for what was refused for want of room: that is taken once there is need', () => {
    const founder = createFounder(1);
    const asked = createJoiner(2, founder);
    giveSpace(founder, asked);
    const { joiner } = asked;
    joiner.hear(sealGifts(1));
    assert.equal(joiner.core.ipam.custody().hold.length, UNASKED_BLOCKS_MAX);
    assert.deepEqual(
      joiner.core.conflicts().map(({ reason }) => reason),
      ['too-many-blocks'],
    );
    for (let reply = 0; joiner.replies.size === reply; reply++)
      joiner.tell({ type: 'allocate', request: requestOf(reply), reply });
    assert.ok(joiner.core.ipam.custody().hold.length > UNASKED_BLOCKS_MAX);
  });

  it('granted moves the block: it is held by one, and cleared where it came from', () => {
    const founder = createFounder(1);
    const asked = createJoiner(2, founder);
    giveSpace(founder, asked);
    founder.hear(asked.joiner.record);
    assert.deepEqual(founder.record.content.custody.pending, []);
    const [given] = asked.joiner.record.content.custody.hold;
    assert.ok(given !== undefined);
    const held = founder.record.content.custody.hold.map(({ cidr }) => cidr);
    const address = { family: given.cidr.family, value: given.cidr.address };
    assert.ok(!held.some((cidr) => containsAddress(cidr, address)));
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
    assert.deepEqual(peer.store.durable, new Member(1).store.durable);
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
    founder.tell({ type: 'view', view: viewOf(3n, [founder, joiner]) });
    founder.hear(later.record);
    assert.ok(founder.core.others().some(({ peer }) => peer === later.id));
    const link = founder.linkTo(later.id);
    const { setHash } = founder.core.mesh.directory;
    founder.tell({ type: 'frame', link, frame: { type: 'heartbeat', setHash, wanted: true } });
    assert.equal(founder.core.mesh.isSynced(), false);
    founder.hear(joiner.record);
    const listed = founder.linkTo(joiner.id);
    const hash = founder.core.mesh.directory.setHash;
    const frame = { type: 'heartbeat', setHash: hash, wanted: true } as const;
    founder.tell({ type: 'frame', link: listed, frame });
    assert.equal(founder.core.mesh.isSynced(), true);
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
