/** How a list of members spreads: two witnesses, or the arbiter; and what a liar costs. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { CoreEffect } from '#peer/core/core-event.ts';
import { type Reader, ViewSpreading } from '#peer/core/view-spreading.ts';
import type { View } from '#peer/ipam/custody-state.ts';
import { updateBetween, wholeUpdate } from '#peer/ipam/view-update.ts';
import { type PeerRecord, isPeerRecord } from '#peer/mesh/directory.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { hashView } from '#peer/wire/view-hash.ts';
import { testCodec, testContent, testIdentity } from '#test/support/records.ts';

const [SELF, A, B, C, GONE] = [1, 2, 3, 4, 5].map((n) => testIdentity(n).id) as [
  PeerId,
  PeerId,
  PeerId,
  PeerId,
  PeerId,
];
const OLD: View = viewOf(5n, [SELF, A, B, C, GONE]);
const NEW: View = viewOf(9n, [SELF, A, B, C]);
/**
 * Nobody's: the id for which a mixed hash of it and this name is that of C and its name, word by word,
 * with MurmurHash3's rounds run backwards. A sum of such hashes, as the hash of a list once was, does
 * not tell a list with it in C's place from NEW.
 */
const MAKES_UP_FOR_C = { id: '15161aae0e305965f09aee3d6c2fcda3' as PeerId, name: 'forged' };

function viewOf(rev: bigint, peers: readonly PeerId[]): View {
  return { rev, members: new Map(peers.map((peer) => [peer, `node ${peer.slice(0, 4)}`])) };
}

/** What the n-th peer publishes when it has adopted the list. */
function recordUnder(
  n: number,
  view: View,
  { registeredRev = 1n, historyMark = 0n } = {},
): PeerRecord {
  const viewHash = hashView(view);
  const content = testContent(n, { viewRev: view.rev, viewHash, registeredRev, historyMark });
  const record = testCodec(n).seal({ peer: testIdentity(n).id, epoch: 1, seq: 1, content });
  assert.ok(isPeerRecord(record));
  return record;
}

/** Us, with this list. */
function reader(view: View, historyMark = 0n): Reader {
  return { self: SELF, view, historyMark };
}

let spreading: ViewSpreading;
let linked: Set<PeerId>;

beforeEach(() => {
  spreading = new ViewSpreading(() => 0.5, hashView);
  linked = new Set();
});

function hear(...records: readonly PeerRecord[]): void {
  spreading.learned(records, reader(OLD));
}

function due(now: number, view = OLD, mark = 0n): readonly CoreEffect[] {
  return spreading.due(now, { ...reader(view, mark), linked: () => linked });
}

function answer(now: number, from: PeerId, to: View, mark = 0n): View | undefined {
  const update = updateBetween(OLD, to);
  return spreading.answered(now, { from, update }, reader(OLD, mark));
}

describe('a list that two members say to have', () => {
  it('is asked of one of them, of a linked one first, and taken', () => {
    linked = new Set([B]);
    hear(recordUnder(2, NEW), recordUnder(3, NEW));
    assert.deepEqual(due(0), [{ type: 'ask-peer-view', peer: B, since: 5n }]);
    assert.deepEqual(answer(1, B, NEW), NEW);
  });

  it('is taken as a whole, too', () => {
    hear(recordUnder(2, NEW), recordUnder(3, NEW));
    const [asked] = due(0);
    assert.ok(asked?.type === 'ask-peer-view');
    const told = { from: asked.peer, update: wholeUpdate(NEW) };
    assert.deepEqual(spreading.answered(1, told, reader(OLD)), NEW);
  });

  it('is asked of the other when the one does not answer, or answers another list', () => {
    hear(recordUnder(2, NEW), recordUnder(3, NEW));
    const [first] = due(0);
    assert.ok(first?.type === 'ask-peer-view');
    assert.equal(answer(1, first.peer, viewOf(9n, [SELF, A])), undefined);
    const [second] = due(2);
    assert.ok(second?.type === 'ask-peer-view' && second.peer !== first.peer);
    assert.deepEqual(due(3), []);
    assert.deepEqual(answer(4, second.peer, NEW), NEW);
  });

  it('is asked of the arbiter when no witness was of use', () => {
    hear(recordUnder(2, NEW), recordUnder(3, NEW));
    for (const now of [0, 5_000, 10_000]) due(now);
    assert.deepEqual(due(spreading.nextAt()), [{ type: 'ask-view' }]);
  });

  it('is not taken from one that tells another list of it, made up to have the same hash', () => {
    hear(recordUnder(2, NEW), recordUnder(3, NEW));
    const [asked] = due(0);
    assert.ok(asked?.type === 'ask-peer-view');
    const members = new Map(NEW.members);
    members.delete(C);
    members.set(MAKES_UP_FOR_C.id, MAKES_UP_FOR_C.name);
    assert.equal(answer(1, asked.peer, { rev: NEW.rev, members }), undefined);
  });

  it('is asked of the arbiter when one of them knows less of its history than we do', () => {
    const mark = 7n;
    hear(recordUnder(2, NEW, { historyMark: 6n }), recordUnder(3, NEW, { historyMark: 7n }));
    assert.deepEqual(due(0, OLD, mark), []);
    assert.deepEqual(due(100, OLD, mark), [{ type: 'ask-view' }]);
    hear(recordUnder(4, NEW, { historyMark: 8n }));
    assert.equal(due(101, OLD, mark)[0]?.type, 'ask-peer-view');
  });

  it('is not taken from one that is asked when we have heard more of the history meanwhile', () => {
    hear(recordUnder(2, NEW), recordUnder(3, NEW));
    const [asked] = due(0);
    assert.ok(asked?.type === 'ask-peer-view');
    assert.equal(answer(1, asked.peer, NEW, 7n), undefined);
  });

  it('is not taken from them when it lacks us: only the arbiter fences', () => {
    const without = viewOf(9n, [A, B, C]);
    hear(recordUnder(2, without), recordUnder(3, without));
    const [asked] = due(0);
    assert.ok(asked?.type === 'ask-peer-view');
    assert.equal(answer(1, asked.peer, without), undefined);
  });
});

describe('a list that one member says to have', () => {
  it('is asked of the arbiter, after a while that is drawn', () => {
    hear(recordUnder(2, NEW));
    assert.deepEqual(due(0), []);
    assert.equal(spreading.nextAt(), 100);
    assert.deepEqual(due(100), [{ type: 'ask-view' }]);
    assert.ok(spreading.isDoubting());
  });

  it('is asked of a second one that says so meanwhile, and not of the arbiter', () => {
    hear(recordUnder(2, NEW));
    due(0);
    hear(recordUnder(3, NEW));
    assert.equal(due(50)[0]?.type, 'ask-peer-view');
  });

  it('is not made true by another that says something else, or by one that is no member', () => {
    hear(recordUnder(2, NEW), recordUnder(3, viewOf(9n, [SELF, B])), recordUnder(9, NEW));
    assert.deepEqual(due(0), []);
  });

  it('is asked of the arbiter, too, when only newcomers say so, who are no witnesses', () => {
    hear(recordUnder(8, NEW, { registeredRev: 7n }), recordUnder(9, NEW, { registeredRev: 8n }));
    assert.deepEqual(due(0), []);
    assert.deepEqual(due(100), [{ type: 'ask-view' }]);
  });

  it('is no reason to ask when it is but the one that a newcomer began with', () => {
    hear(recordUnder(8, NEW, { registeredRev: 9n }));
    assert.equal(spreading.nextAt(), Number.POSITIVE_INFINITY);
    assert.deepEqual(due(0), []);
  });

  it('is enough where there is nobody else', () => {
    const two = viewOf(5n, [SELF, A]);
    spreading.learned([recordUnder(2, viewOf(6n, [SELF, A, B]))], reader(two));
    assert.equal(due(0, two)[0]?.type, 'ask-peer-view');
  });
});

describe('a member that says to have a list which the arbiter does not confirm', () => {
  it('is not listened to for a while, and for longer the next time', () => {
    hear(recordUnder(2, NEW));
    due(0);
    due(100);
    spreading.told(120, 5n);
    assert.deepEqual(due(121), []);
    assert.equal(spreading.nextAt(), 10_120);
    hear(recordUnder(2, viewOf(10n, [SELF])));
    assert.deepEqual(due(10_120), [{ type: 'ask-view' }]);
    spreading.told(10_121, 5n);
    assert.deepEqual(due(10_122), []);
    assert.equal(spreading.nextAt(), 30_121);
  });

  it('is no witness meanwhile', () => {
    hear(recordUnder(2, NEW));
    due(0);
    due(100);
    spreading.told(120, 5n);
    hear(recordUnder(3, NEW));
    assert.ok(due(121).every(({ type }) => type !== 'ask-peer-view'));
    hear(recordUnder(4, NEW));
    assert.equal(due(122)[0]?.type, 'ask-peer-view');
  });
});

describe('a list that was adopted', () => {
  it('leaves nothing to ask, but for newer ones', () => {
    hear(recordUnder(2, NEW), recordUnder(3, NEW));
    const newer = viewOf(12n, [SELF, A, B]);
    const records = [recordUnder(2, NEW), recordUnder(3, newer), recordUnder(4, newer)];
    spreading.adopted(records, reader(NEW));
    assert.equal(due(1, NEW)[0]?.type, 'ask-peer-view');
    spreading.adopted(records, reader(newer));
    assert.deepEqual(due(2, newer), []);
    assert.equal(spreading.nextAt(), Number.POSITIVE_INFINITY);
  });
});
