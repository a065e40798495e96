/** Space that moves between cores: asked for, granted, refused by a bound, and taken when there is need. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { containsAddress } from '#peer/ipam/cidr.ts';
import { COUNTERPARTIES_MAX, GRANT_RATE, UNASKED_BLOCKS_MAX } from '#peer/ipam/limits.ts';
import { EMPTY_CUSTODY, testCodec, testContent, testIdentity } from '#test/support/records.ts';
import { peerId, requestOf } from '../ipam/builders.ts';
import { Member, UNIVERSE, createFounder, createJoiner, giveSpace, viewOf } from './member.ts';

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
    founder.tell({ type: 'time' });
    const before = founder.all('ask-view').length;
    ask();
    assert.equal(founder.all('ask-view').length, before + 1);
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
