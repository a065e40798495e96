/** Links whose cluster key is taken away: made anew where both ends have another, ended where not. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseAddress } from '#peer/ipam/parse.ts';
import type { Endpoint } from '#peer/mesh/record.ts';
import { type ClusterKeys, parseClusterKeys } from '#peer/transport/cluster-keys.ts';
import { KeyRemoval, type ProvedLink } from '#peer/transport/key-removal.ts';
import { REMOVED_KEY_GRACE_MS } from '#peer/transport/limits.ts';
import { NEW_KEY, OLD_KEY, connectMember, count, link, openEnd } from './ends.ts';

function keys(...lines: readonly string[]): ClusterKeys {
  return parseClusterKeys(lines.join('\n'), 'the test');
}

const [OLD, NEW] = [OLD_KEY, NEW_KEY].map((key) => keys(key)[0].id.toHex()) as [string, string];
const ENDPOINT: Endpoint = { address: parseAddress('192.0.2.1'), port: 6783 };

/** Over links that the test lists, with keys and a clock that it sets. */
function watch(...links: readonly ProvedLink[]) {
  const state = { keys: keys(NEW_KEY), links, now: 0 };
  const [redialled, ended]: [Endpoint[], ProvedLink[]] = [[], []];
  const removal = new KeyRemoval({
    keys: () => state.keys,
    links: () => state.links,
    now: () => state.now,
    redial: (endpoint) => redialled.push(endpoint),
    end: (one) => ended.push(one),
  });
  return { state, removal, redialled, ended };
}

describe('a link', () => {
  const proved = { keyIds: [NEW, NEW], dialled: ENDPOINT };

  it('that was proved with keys that are left stays, whichever is proved with now', () => {
    const { state, removal, redialled, ended } = watch(proved, { ...proved, keyIds: [NEW, OLD] });
    state.keys = keys(OLD_KEY, NEW_KEY);
    removal.look();
    state.now += 2 * REMOVED_KEY_GRACE_MS;
    removal.look();
    assert.deepEqual([redialled, ended], [[], []]);
  });

  for (const keyIds of [
    [OLD, NEW],
    [NEW, OLD],
  ])
    it(`is made anew by who dialled it when ${keyIds.indexOf(OLD) === 0 ? 'our' : 'their'} key is gone`, () => {
      const { state, removal, redialled, ended } = watch({ keyIds, dialled: ENDPOINT });
      removal.look();
      assert.deepEqual([redialled, ended], [[ENDPOINT], []]);
      state.links = [];
      state.now += REMOVED_KEY_GRACE_MS;
      removal.look();
      assert.deepEqual([redialled, ended], [[ENDPOINT], []]);
    });

  it('that the other end dialled is left to it, and ended when it does nothing for a while', () => {
    const theirs = { keyIds: [OLD, OLD], dialled: undefined };
    const { state, removal, redialled, ended } = watch(theirs);
    removal.look();
    state.now += REMOVED_KEY_GRACE_MS - 1;
    removal.look();
    assert.deepEqual([redialled, ended], [[], []]);
    state.now += 1;
    removal.look();
    assert.deepEqual([redialled, ended], [[], [theirs]]);
  });

  it('has all the time again when its key was put back meanwhile', () => {
    const { state, removal, ended } = watch({ keyIds: [OLD, OLD], dialled: undefined });
    removal.look();
    state.keys = keys(NEW_KEY, OLD_KEY);
    removal.look();
    state.now += REMOVED_KEY_GRACE_MS;
    state.keys = keys(NEW_KEY);
    removal.look();
    assert.deepEqual(ended, []);
  });
});

describe('when a cluster key is taken away', { timeout: 20_000 }, () => {
  it('who dialled makes the link anew with the key that is left, before the old one ends', async (t) => {
    let valid = keys(OLD_KEY);
    const [one, two] = [
      await openEnd(t, 1, { keys: () => valid }),
      await openEnd(t, 2, { keys: () => valid }),
    ];
    await link(one, two);
    valid = keys(NEW_KEY, OLD_KEY);
    one.transport.checkKeys();
    valid = keys(NEW_KEY);
    two.transport.checkKeys();
    one.transport.checkKeys();
    await Promise.all([one.event('link-up', 2), two.event('link-up', 2)]);
    assert.deepEqual([count(one, 'link-down'), count(two, 'link-down')], [0, 0]);
    assert.deepEqual([one.counters.all(), two.counters.all()], [{}, {}]);
  });

  it('who has no other is cut off, is told why, and is refused when it comes again', async (t) => {
    let now = 0;
    let valid = keys(OLD_KEY);
    const end = await openEnd(t, 1, { keys: () => valid, now: () => now });
    const member = await connectMember(t, end, 2);
    const { link: id } = await end.event('link-up');
    valid = keys(NEW_KEY);
    end.transport.checkKeys();
    now += REMOVED_KEY_GRACE_MS;
    end.transport.checkKeys();
    assert.equal(await member.refusedFor(), 'removed-cluster-key');
    assert.equal((await end.event('link-down')).link, id);
    const late = await openEnd(t, 3);
    late.transport.dial(end.endpoint);
    await late.event('dial-failed');
    assert.deepEqual(end.counters.all(), { 'removed-cluster-key': 1, 'unknown-cluster-key': 1 });
  });
});
