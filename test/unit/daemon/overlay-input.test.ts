/** What the overlay is derived from, before and after a restart; the MAC of a VTEP. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { overlayInput, vtepMac } from '#peer/daemon/overlay-input.ts';
import { testIdentity, testProfile } from '#test/support/records.ts';
import { requestOf } from '../ipam/builders.ts';
import {
  Member,
  UNIVERSE,
  createFounder,
  createJoiner,
  giveSpace,
  viewOf,
} from '../core/member.ts';

const LOCAL = { vtep: testProfile(2).vtep, vni: 6784, mtu: 1450, universe: [UNIVERSE] };

function createSettled(): { founder: Member; joiner: Member } {
  const founder = createFounder(1);
  const asked = createJoiner(2, founder);
  giveSpace(founder, asked);
  asked.joiner.tell({ type: 'allocate', request: requestOf(1), reply: 1 });
  return { founder, joiner: asked.joiner };
}

describe('the input of the overlay', () => {
  it('is not there before the peer is a member: the kernel stays as it is', () => {
    const peer = new Member(2);
    assert.equal(overlayInput(peer.core, LOCAL, true), undefined);
    peer.tell({ type: 'registered', view: viewOf(1n, [peer]) });
    assert.equal(overlayInput(peer.core, LOCAL, true), undefined);
  });

  it('has our end, what we hold, our attachments, and the blocks of each other peer', () => {
    const { founder, joiner } = createSettled();
    const input = overlayInput(joiner.core, LOCAL, true);
    const { profile, custody } = founder.record.content;
    assert.deepEqual(input?.remotes, [
      { name: profile.name, vtep: profile.vtep, blocks: custody.hold },
    ]);
    assert.deepEqual(input?.local.overlay, joiner.record.content.profile.vtep.overlay);
    assert.deepEqual(input?.attachments, joiner.store.durable.attachments);
    assert.deepEqual(
      input?.holdings,
      joiner.record.content.custody.hold.map(({ cidr }) => cidr),
    );
  });

  it('is the same after a restart as before, from disk and memory alone, and is not settled', () => {
    const { founder, joiner } = createSettled();
    const before = overlayInput(joiner.core, LOCAL, false);
    const again = new Member(2, { store: joiner.store, epoch: 2 });
    again.tell({ type: 'recall', records: [founder.record] });
    again.start();
    const { isAwaited: _, ...after } = overlayInput(again.core, LOCAL, false) ?? {};
    const { isAwaited: __, ...expected } = before ?? {};
    assert.deepEqual(after, expected);
    assert.equal(again.core.mesh.agreement.isSynced, false);
  });

  it('keeps to the newer of what is remembered and what is heard', () => {
    const { founder, joiner } = createSettled();
    const remembered = founder.record;
    founder.tell({ type: 'time' });
    const third = createJoiner(3, founder);
    giveSpace(founder, third);
    const again = new Member(2, { store: joiner.store, epoch: 2 });
    again.hear(founder.record);
    again.tell({ type: 'recall', records: [remembered] });
    assert.equal(again.core.mesh.directory.peer(founder.id)?.seq, founder.record.seq);
  });

  it('does without a peer that was removed', () => {
    const { joiner } = createSettled();
    joiner.tell({ type: 'view', view: viewOf(9n, [joiner]) });
    assert.deepEqual(overlayInput(joiner.core, LOCAL, true)?.remotes, []);
  });
});

function isAwaited({ core }: Member, of: Member): boolean {
  return overlayInput(core, LOCAL, true)?.isAwaited?.(vtepMac(of.id)) === true;
}

describe('the VTEPs of whom no record is here', () => {
  it('are all awaited until the arbiter tells a list, and then those of its members', () => {
    const { founder, joiner } = createSettled();
    const again = new Member(2, { store: joiner.store, epoch: 2 });
    again.start();
    const [stranger, removed] = [new Member(8), new Member(9)];
    for (const member of [founder, stranger, removed]) assert.ok(isAwaited(again, member));
    const looksBefore = again.all('look-again').length;
    again.tell({ type: 'view', view: viewOf(9n, [again, founder, stranger]) });
    assert.equal(again.all('look-again').length, looksBefore + 1, 'the kernel is looked at again');
    assert.ok(isAwaited(again, founder));
    assert.ok(isAwaited(again, stranger), 'our own list does not have it yet');
    assert.equal(isAwaited(again, removed), false);
    again.hear(founder.record);
    assert.equal(isAwaited(again, founder), false);
  });

  it('are those of the list that we go by, where the arbiter tells an older one', () => {
    const { founder, joiner } = createSettled();
    const again = new Member(2, { store: joiner.store, epoch: 2 });
    again.start();
    again.tell({ type: 'view', view: viewOf(1n, [again]) });
    assert.ok(isAwaited(again, founder));
  });
});

describe('the MAC of a VTEP', () => {
  it('is unicast, locally administered, and follows from the identity', () => {
    for (const first of ['00', '01', '02', '03', 'fc', 'ff']) {
      const mac = vtepMac(`${first}a1b2c3d4e5${'0'.repeat(20)}` as PeerId);
      assert.match(mac, /^[0-9a-f][26ae]:a1:b2:c3:d4:e5$/);
    }
    assert.equal(vtepMac(testIdentity(1).id), vtepMac(testIdentity(1).id));
    assert.notEqual(vtepMac(testIdentity(1).id), vtepMac(testIdentity(2).id));
  });
});
