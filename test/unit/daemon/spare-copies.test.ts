/** Spare copies: sent in quiet moments, one a turn, and not to whom it has come from meanwhile. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LULL_WAIT_MAX_MS, Lull } from '#peer/daemon/lull.ts';
import { SPARE_COPIES_MAX, SpareCopies } from '#peer/daemon/spare-copies.ts';
import type { Records } from '#peer/mesh/frame.ts';
import { sealPeer } from '#test/support/records.ts';

const EMPTY_TURN_MS = 0.02;
const BUSY_TURN_MS = 5;

/** Spare copies on an event loop whose turns are taken by hand. */
class Held {
  readonly sent: string[] = [];
  readonly copies: SpareCopies;
  #now = 0;
  #turns: (() => void)[] = [];

  constructor() {
    const lull = new Lull({ now: () => this.#now, onTurn: (turn) => void this.#turns.push(turn) });
    this.copies = new SpareCopies((link, { records }) => {
      this.sent.push(`${link}: ${records.length}`);
    }, lull);
  }

  /** Whether anything waits for a turn. */
  isWaiting(): boolean {
    return this.#turns.length > 0;
  }

  turn(tookMs: number): void {
    this.#now += tookMs;
    for (const turn of this.#turns.splice(0)) turn();
  }
}

function frameOf(...ns: readonly number[]): Records {
  return { type: 'records', records: ns.map((n) => sealPeer(n).signed) };
}

describe('a spare copy', () => {
  it('goes out in the first quiet turn, and each link has a turn of its own', () => {
    const held = new Held();
    for (const link of [1, 2]) held.copies.hold(link, frameOf(1));
    held.turn(BUSY_TURN_MS);
    assert.deepEqual(held.sent, []);
    held.turn(EMPTY_TURN_MS);
    assert.deepEqual(held.sent, ['1: 1']);
    held.turn(EMPTY_TURN_MS);
    assert.deepEqual(held.sent, ['1: 1', '2: 1']);
    assert.equal(held.isWaiting(), false);
  });

  it('goes out where it is never quiet, too, after a while', () => {
    const held = new Held();
    for (const link of [1, 2]) held.copies.hold(link, frameOf(1));
    for (let ms = BUSY_TURN_MS; ms < LULL_WAIT_MAX_MS; ms += BUSY_TURN_MS) held.turn(BUSY_TURN_MS);
    assert.deepEqual(held.sent, []);
    held.turn(BUSY_TURN_MS);
    assert.deepEqual(held.sent, ['1: 1', '2: 1']);
  });

  it('is not sent to whom it came from meanwhile, and nobody else goes without', () => {
    const held = new Held();
    for (const link of [1, 2]) held.copies.hold(link, frameOf(1));
    held.copies.heard(1, frameOf(2, 1).records);
    held.copies.heard(2, frameOf(2).records);
    held.turn(EMPTY_TURN_MS);
    assert.deepEqual(held.sent, ['2: 1']);
  });

  it('is not sent by a link that is congested or gone by then, and the next ones are', () => {
    const held = new Held();
    for (const link of [1, 2, 3]) held.copies.hold(link, frameOf(1));
    held.copies.congested(1);
    held.copies.forget(2);
    for (let turns = 0; turns < 3; turns++) held.turn(EMPTY_TURN_MS);
    assert.deepEqual(held.sent, ['3: 1']);
    held.copies.drained(1);
    held.copies.hold(1, frameOf(2));
    held.turn(EMPTY_TURN_MS);
    assert.deepEqual(held.sent, ['3: 1', '1: 1']);
  });

  it('of which all were heard leaves nothing behind, and the next one is sent', () => {
    const held = new Held();
    held.copies.hold(1, frameOf(1));
    held.copies.heard(1, frameOf(1).records);
    held.copies.hold(2, frameOf(3));
    for (let turns = 0; turns < 2; turns++) held.turn(EMPTY_TURN_MS);
    assert.deepEqual(held.sent, ['2: 1']);
    assert.equal(held.isWaiting(), false);
  });

  it(`is one of ${SPARE_COPIES_MAX} at most: the next ones are sent at once`, () => {
    const held = new Held();
    const frame = frameOf(1);
    for (let link = 0; link < SPARE_COPIES_MAX; link++) held.copies.hold(link, frame);
    assert.deepEqual(held.sent, []);
    held.copies.hold(SPARE_COPIES_MAX, frame);
    assert.deepEqual(held.sent, [`${SPARE_COPIES_MAX}: 1`]);
  });
});
