/** Links: one to a peer, decided alike at both ends; silent and unwanted ones go. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  HEARTBEAT_MS,
  LATENESS_FORGIVEN_MAX_MS,
  LATENESS_MIN_MS,
  LINK_AGE_MIN_MS,
  LINK_SILENCE_MS,
  UNWANTED_LINK_MS,
} from '../../../peer/mesh/limits.ts';
import { Links } from '../../../peer/mesh/links.ts';
import type { PeerId } from '../../../peer/mesh/peer-id.ts';
import { testEndpoint } from '../../support/records.ts';

const LOW = '0'.repeat(32) as PeerId;
const OTHER = `1${'0'.repeat(31)}` as PeerId;
const HIGH = 'f'.repeat(32) as PeerId;

function linksOf(self: PeerId, linksMax = 8): Links {
  return new Links({ self, random: () => 0.5, linksMax });
}

function linkUp(link: number, peer: PeerId, initiator: 'us' | 'them') {
  return { type: 'link-up', link, peer, initiator, endpoint: testEndpoint(link) } as const;
}

describe('links', () => {
  it('of two links that both ends dialled, both keep the one that the lower id dialled', () => {
    for (const order of [
      [1, 2],
      [2, 1],
    ]) {
      const [low, high] = [linksOf(LOW), linksOf(HIGH)];
      for (const link of order) {
        low.up(0, linkUp(link, HIGH, link === 1 ? 'us' : 'them'), () => true);
        high.up(0, linkUp(link, LOW, link === 1 ? 'them' : 'us'), () => true);
      }
      assert.equal(low.to(HIGH)?.id, 1);
      assert.equal(high.to(LOW)?.id, 1);
    }
  });

  it('of two links that the same end dialled, the newer one stays', () => {
    const links = linksOf(LOW);
    links.up(0, linkUp(1, HIGH, 'them'), () => true);
    const closing = links.up(0, linkUp(2, HIGH, 'them'), () => true);
    assert.equal(closing?.link.id, 1);
    assert.equal(links.to(HIGH)?.id, 2);
  });

  it('a link to ourselves is closed', () => {
    const links = linksOf(LOW);
    assert.equal(links.up(0, linkUp(1, LOW, 'us'), () => false)?.reason, 'self');
    assert.deepEqual(links.all(), []);
  });

  it('above the limit a wanted peer is taken, and one that is not is sent elsewhere', () => {
    const links = linksOf(LOW, 1);
    links.up(0, linkUp(1, HIGH, 'them'), () => false);
    assert.equal(links.up(0, linkUp(2, OTHER, 'them'), () => false)?.reason, 'link-limit');
    assert.equal(links.to(OTHER), undefined);
    assert.equal(
      links.up(0, linkUp(3, OTHER, 'them'), () => true),
      undefined,
    );
  });

  it('a link that is not wanted makes room for a newcomer once it is old enough', () => {
    const links = linksOf(LOW, 1);
    links.up(0, linkUp(1, HIGH, 'them'), () => false);
    const closing = links.up(LINK_AGE_MIN_MS, linkUp(2, OTHER, 'them'), () => false);
    assert.equal(closing?.link.id, 1);
    assert.equal(links.to(OTHER)?.id, 2);
  });

  it('a link is dead after silence, and not before', () => {
    const links = linksOf(LOW);
    links.up(0, linkUp(1, HIGH, 'us'), () => true);
    assert.deepEqual(links.due(LINK_SILENCE_MS - 1), []);
    assert.equal(links.due(LINK_SILENCE_MS)[0]?.reason, 'silent');
  });

  it('silence while we were paused is not held against the other end', () => {
    const links = linksOf(LOW);
    links.up(0, linkUp(1, HIGH, 'us'), () => true);
    links.forgive(10_000, 10_000);
    assert.deepEqual(links.due(10_000), []);
  });

  it('silence that began before our pause is not told before what came meanwhile is read', () => {
    const links = linksOf(LOW);
    links.up(0, linkUp(1, HIGH, 'us'), () => true);
    const resumedAt = LINK_SILENCE_MS + 10_000;
    links.forgive(resumedAt, 10_000);
    assert.deepEqual(links.due(resumedAt + HEARTBEAT_MS - 1), []);
    assert.equal(links.due(resumedAt + HEARTBEAT_MS)[0]?.reason, 'silent');
  });

  it('who is always late notices a dead link all the same, and who was stopped once in time', () => {
    const links = linksOf(LOW);
    links.up(0, linkUp(1, HIGH, 'us'), () => true);
    links.forgive(60_000, 60_000);
    for (let step = 0; step < 1_000; step++) links.forgive(60_000 + step, 100);
    const deadAt = 60_000 + LINK_SILENCE_MS + LATENESS_FORGIVEN_MAX_MS;
    assert.deepEqual(links.due(deadAt - 1), []);
    assert.equal(links.due(deadAt)[0]?.reason, 'silent');
  });

  it('a link is not borne longer because each of our steps is a little late', () => {
    const links = linksOf(LOW);
    links.up(0, linkUp(1, HIGH, 'us'), () => true);
    for (let step = 0; step < 1_000; step++) links.forgive(step, LATENESS_MIN_MS - 1);
    assert.equal(links.due(LINK_SILENCE_MS)[0]?.reason, 'silent');
  });

  it('what was forgiven before the other end was heard counts no more', () => {
    const links = linksOf(LOW);
    links.up(0, linkUp(1, HIGH, 'us'), () => true);
    links.forgive(60_000, 60_000);
    const link = links.get(1);
    assert.ok(link !== undefined);
    links.heard(60_000, link);
    assert.equal(links.due(60_000 + LINK_SILENCE_MS)[0]?.reason, 'silent');
  });

  it('a link that neither end wants is closed by the lower id after a while', () => {
    for (const [self, peer, closes] of [
      [LOW, HIGH, true],
      [HIGH, LOW, false],
    ] as const) {
      const links = linksOf(self);
      links.up(0, linkUp(1, peer, 'us'), () => false);
      const link = links.get(1);
      assert.ok(link !== undefined);
      link.wantedByThem = false;
      links.noteWanted(0, () => false);
      link.heardAt = UNWANTED_LINK_MS;
      assert.equal(links.due(UNWANTED_LINK_MS).length > 0, closes);
    }
  });

  it('a link that the other end wants stays', () => {
    const links = linksOf(LOW);
    links.up(0, linkUp(1, HIGH, 'us'), () => false);
    links.noteWanted(0, () => false);
    const link = links.get(1);
    assert.ok(link !== undefined);
    link.heardAt = UNWANTED_LINK_MS;
    assert.deepEqual(links.due(UNWANTED_LINK_MS), []);
  });
});
