/** When the census is taken, and by whom. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { Reclaiming, type Scene } from '#peer/core/reclaiming.ts';
import type { Census } from '#peer/ipam/census.ts';
import type { View } from '#peer/ipam/custody-state.ts';
import { parseCidr } from '#peer/ipam/parse.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { peerId, viewOf } from '../ipam/builders.ts';

const [SELF, OTHER, LATECOMER] = [peerId(1), peerId(2), peerId(9)];
const VIEW = viewOf(5n, [SELF, OTHER]);
const ORPHANS: Census = { type: 'orphans', orphans: [parseCidr('10.32.0.0/24')], term: 3 };
const LOOK_AT = 5_000;

let reclaiming: Reclaiming;
let census: Census;
let asked: ReadonlySet<PeerId>[];
let scene: { -readonly [Key in keyof Scene]: Scene[Key] };

beforeEach(() => {
  reclaiming = new Reclaiming(0, () => 0.5);
  census = ORPHANS;
  asked = [];
  scene = {
    self: SELF,
    viewRev: VIEW.rev,
    isMember: (peer) => VIEW.members.has(peer),
    registeredRevOf: () => undefined,
    isWatcher: () => true,
    isAllClaimed: () => false,
    takeCensus: (gone) => {
      asked.push(new Set(gone));
      return census;
    },
  };
});

function questionAt(now: number): number | undefined {
  const [effect] = reclaiming.due(now, scene).effects;
  return effect?.type === 'ask-executor' ? effect.question : undefined;
}

function reader() {
  return { self: SELF, ours: { ...VIEW, rev: scene.viewRev } };
}

/** When the arbiter is asked whether its list still is the one that was counted over. */
function confirmationAt(): number {
  assert.equal(questionAt(LOOK_AT + 500), undefined);
  assert.deepEqual(reclaiming.state(), { type: 'confirming' });
  return reclaiming.nextAt();
}

/** The list that is to be adopted. */
function elect(now: number, executor = SELF, view: View | undefined = VIEW): View | undefined {
  const question = questionAt(now);
  assert.ok(question !== undefined);
  return reclaiming.told(now, { type: 'executor-told', question, executor, view }, reader());
}

describe('while addresses are not held by anybody', () => {
  it('a peer that watches asks who the executor is, and again without an answer', () => {
    assert.equal(questionAt(0), undefined);
    assert.equal(questionAt(LOOK_AT), 1);
    assert.equal(questionAt(LOOK_AT + 1), undefined);
    assert.equal(questionAt(reclaiming.nextAt()), 2);
  });

  it('one that was restarted asks soon, once: it may be the executor', () => {
    reclaiming = new Reclaiming(0, () => 0.5, { isRestarted: true });
    scene.isWatcher = () => false;
    assert.equal(questionAt(LOOK_AT), undefined);
    assert.equal(questionAt(LOOK_AT + LOOK_AT / 2), 1);
    reclaiming.told(
      LOOK_AT,
      { type: 'executor-told', question: 1, executor: OTHER, view: undefined },
      reader(),
    );
    assert.equal(questionAt(100 * LOOK_AT), undefined);
  });

  it('another one waits a while, in case the executor does not know that it is one', () => {
    scene.isWatcher = () => false;
    assert.equal(questionAt(LOOK_AT), undefined);
    assert.ok(reclaiming.nextAt() >= LOOK_AT + 60_000);
    assert.equal(questionAt(reclaiming.nextAt()), 1);
  });

  it('one that has come to watch meanwhile asks at once, but not again and again', () => {
    scene.isWatcher = () => false;
    assert.equal(questionAt(LOOK_AT), undefined);
    scene.isWatcher = () => true;
    assert.equal(questionAt(2 * LOOK_AT), 1);
    assert.equal(questionAt(3 * LOOK_AT), undefined);
  });

  it('who is told that it is another leaves it to that one, until it is removed', () => {
    elect(LOOK_AT, OTHER, undefined);
    reclaiming.changed();
    assert.deepEqual(reclaiming.due(LOOK_AT + 1, scene), { effects: [], found: undefined });
    assert.deepEqual(reclaiming.state(), { type: 'left-to-executor', executor: OTHER });
    scene.isMember = (peer) => peer === SELF;
    reclaiming.listChanged();
    assert.equal(questionAt(LOOK_AT + 10_000), 2);
    assert.equal(asked.length, 0);
  });

  it('the executor takes the census, and what it finds', () => {
    elect(LOOK_AT);
    assert.equal(reclaiming.due(LOOK_AT, scene).found, ORPHANS);
  });

  it('the executor counts over no older list than the one it read after its election', () => {
    elect(LOOK_AT, SELF, viewOf(6n, [SELF]));
    assert.equal(reclaiming.due(LOOK_AT, scene).found, undefined);
    assert.equal(asked.length, 0);
    scene.viewRev = 6n;
    reclaiming.listChanged();
    assert.equal(reclaiming.due(LOOK_AT + 5_000, scene).found, ORPHANS);
  });

  it('the executor counts over no list of others, before the arbiter has told it, too', () => {
    elect(LOOK_AT);
    scene.viewRev = 6n;
    reclaiming.listChanged();
    assert.equal(questionAt(LOOK_AT), 2);
    assert.equal(asked.length, 0);
    const view = viewOf(6n, [SELF]);
    reclaiming.told(
      LOOK_AT,
      { type: 'executor-told', question: 2, executor: SELF, view },
      reader(),
    );
    assert.equal(reclaiming.due(LOOK_AT, scene).found, ORPHANS);
  });

  it('the executor need not ask again for a list that the arbiter has told meanwhile', () => {
    elect(LOOK_AT);
    scene.viewRev = 6n;
    reclaiming.listTold(6n);
    reclaiming.listChanged();
    assert.equal(reclaiming.due(LOOK_AT, scene).found, ORPHANS);
  });

  it('a list of the arbiter that is older than ours stops it, and is told', () => {
    elect(LOOK_AT, SELF, viewOf(4n, [SELF]));
    assert.equal(reclaiming.due(LOOK_AT, scene).found, undefined);
    assert.deepEqual(reclaiming.state(), { type: 'arbiter-went-back' });
  });

  it('an answer to an earlier question counts for nothing', () => {
    questionAt(LOOK_AT);
    assert.equal(questionAt(reclaiming.nextAt()), 2);
    const told = { type: 'executor-told', question: 1, executor: SELF, view: VIEW } as const;
    reclaiming.told(40_000, told, reader());
    assert.equal(reclaiming.due(40_000, scene).found, undefined);
    assert.equal(asked.length, 0);
  });
});

describe('while nothing can be taken for want of room', () => {
  it('the census is taken less and less often, and the report says why', () => {
    elect(LOOK_AT);
    const seconds = 120;
    for (let now = LOOK_AT; now < LOOK_AT + seconds * 1_000; now += 500) {
      if (reclaiming.due(now, scene).found === undefined) continue;
      reclaiming.took(now, 0);
      assert.deepEqual(reclaiming.state(), { type: 'too-many-blocks' });
    }
    assert.ok(asked.length > 4 && asked.length < 20, `${asked.length} censuses in ${seconds} s`);
  });

  it('it goes on as before once there is room', () => {
    elect(LOOK_AT);
    reclaiming.due(LOOK_AT, scene);
    reclaiming.took(LOOK_AT, 0);
    const again = reclaiming.nextAt();
    assert.equal(reclaiming.due(again, scene).found, ORPHANS);
    reclaiming.took(again, 1);
    assert.equal(reclaiming.due(again + 500, scene).found, ORPHANS);
  });
});

describe('a census that waits', () => {
  it('is taken again when something has changed, twice a second at most', () => {
    census = { type: 'waiting', for: [OTHER] };
    elect(LOOK_AT);
    reclaiming.due(LOOK_AT, scene);
    assert.deepEqual(reclaiming.state(), census);
    for (const now of [1, 100, 499]) {
      reclaiming.changed();
      reclaiming.due(LOOK_AT + now, scene);
    }
    assert.equal(asked.length, 1);
    reclaiming.due(LOOK_AT + 500, scene);
    assert.equal(asked.length, 2);
  });

  it('takes nothing before the arbiter, asked after the last record came, has told its list again', () => {
    census = { type: 'waiting', for: [OTHER] };
    elect(LOOK_AT);
    reclaiming.due(LOOK_AT, scene);
    census = ORPHANS;
    reclaiming.changed();
    const later = confirmationAt();
    elect(later);
    assert.equal(asked.length, 2);
    assert.equal(reclaiming.due(later, scene).found, ORPHANS);
  });

  it('takes what it found when that list has the same members, whatever else was written there', () => {
    census = { type: 'waiting', for: [OTHER] };
    assert.equal(elect(LOOK_AT), VIEW);
    reclaiming.due(LOOK_AT, scene);
    census = ORPHANS;
    reclaiming.changed();
    const later = confirmationAt();
    assert.equal(elect(later, SELF, { ...VIEW, rev: 70n }), undefined, 'it is not adopted');
    assert.equal(reclaiming.due(later, scene).found, ORPHANS);
  });

  it('adopts that list first when its members are others', () => {
    census = { type: 'waiting', for: [OTHER] };
    elect(LOOK_AT);
    reclaiming.due(LOOK_AT, scene);
    census = ORPHANS;
    reclaiming.changed();
    const others = viewOf(70n, [SELF]);
    const later = confirmationAt();
    assert.equal(elect(later, SELF, others), others);
    assert.equal(reclaiming.due(later, scene).found, undefined);
  });

  it('for somebody unknown reads another list, and knows who is gone when that lacks it', () => {
    census = { type: 'relist', for: [LATECOMER] };
    elect(LOOK_AT);
    reclaiming.due(LOOK_AT, scene);
    assert.deepEqual(reclaiming.state(), { type: 'relisting', for: [LATECOMER] });
    elect(reclaiming.nextAt());
    reclaiming.due(LOOK_AT + 10_000, scene);
    assert.deepEqual(asked, [new Set(), new Set([LATECOMER])]);
  });

  it('knows that somebody never registered who said so of a list that was not there yet', () => {
    census = { type: 'relist', for: [LATECOMER] };
    scene.registeredRevOf = () => VIEW.rev + 1n;
    elect(LOOK_AT);
    reclaiming.due(LOOK_AT, scene);
    elect(reclaiming.nextAt());
    reclaiming.due(LOOK_AT + 10_000, scene);
    assert.deepEqual(asked, [new Set(), new Set([LATECOMER])]);
  });

  it('for somebody who registered later takes it for gone neither by its record nor by the list', () => {
    census = { type: 'relist', for: [LATECOMER] };
    scene.registeredRevOf = () => VIEW.rev;
    elect(LOOK_AT);
    reclaiming.due(LOOK_AT, scene);
    elect(reclaiming.nextAt());
    reclaiming.due(LOOK_AT + 10_000, scene);
    assert.deepEqual(asked, [new Set(), new Set()]);
  });
});

describe('when all is held by somebody', () => {
  it('nobody is asked, until a list has changed', () => {
    scene.isAllClaimed = () => true;
    assert.equal(questionAt(LOOK_AT), undefined);
    assert.equal(reclaiming.nextAt(), Number.POSITIVE_INFINITY);
    scene.isAllClaimed = () => false;
    reclaiming.listChanged();
    assert.equal(questionAt(2 * LOOK_AT), 1);
  });

  it('after a census that found nothing the executor rests', () => {
    census = { type: 'orphans', orphans: [], term: 1 };
    elect(LOOK_AT);
    reclaiming.due(LOOK_AT, scene);
    assert.deepEqual(reclaiming.state(), { type: 'nothing-to-reclaim' });
    reclaiming.changed();
    reclaiming.due(LOOK_AT + 1_000, scene);
    assert.equal(asked.length, 1);
  });
});
