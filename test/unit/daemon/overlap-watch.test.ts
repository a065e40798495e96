/** Whom routes of the host into the universe keep from starting, and who tells of them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError } from '#peer/config/config.ts';
import { LOOK_EVERY_MS, OverlapWatch } from '#peer/daemon/overlap-watch.ts';
import { parseCidr } from '#peer/ipam/parse.ts';
import { NetlinkError } from '#peer/kernel/netlink/message.ts';

const OVERLAP = 'the universe 10.32.0.0/12 overlaps routes of this host: 10.40.0.0/16 dev eth1';

function watch(overlap: string | undefined) {
  const at = { overlap, nowMs: 0, looks: 0, fails: false };
  const describeOverlap = (): string | undefined => {
    at.looks++;
    if (at.fails) throw new NetlinkError({ errno: 4, text: 'the dump was interrupted' });
    return at.overlap;
  };
  const universe = [parseCidr('10.32.0.0/12')];
  return {
    at,
    watching: new OverlapWatch({ host: { describeOverlap }, universe, now: () => at.nowMs }),
  };
}

describe('routes into the universe', () => {
  it('keep a peer that is no member from starting', () => {
    const { watching } = watch(OVERLAP);
    assert.throws(
      () => watching.refuse(),
      new ConfigError(`${OVERLAP}. Choose another --universe, the same on every peer`),
    );
    watch(undefined).watching.refuse();
  });

  it('are a problem of a member for as long as they are there', () => {
    const { watching, at } = watch(OVERLAP);
    assert.ok(watching.problem()?.startsWith(OVERLAP));
    at.overlap = undefined;
    at.nowMs += LOOK_EVERY_MS;
    assert.equal(watching.problem(), undefined);
    at.overlap = OVERLAP;
    at.nowMs += LOOK_EVERY_MS;
    assert.ok(watching.problem()?.startsWith(OVERLAP));
  });

  it('are not looked for at each question, nor after the end', () => {
    const { watching, at } = watch(undefined);
    at.nowMs = LOOK_EVERY_MS - 1;
    watching.problem();
    assert.equal(at.looks, 1);
    watching.close();
    at.nowMs = 10 * LOOK_EVERY_MS;
    watching.problem();
    assert.equal(at.looks, 1);
  });

  it('stay as they were seen when the kernel has no answer', () => {
    const { watching, at } = watch(OVERLAP);
    at.fails = true;
    at.nowMs = LOOK_EVERY_MS;
    assert.ok(watching.problem()?.startsWith(OVERLAP));
    assert.equal(at.looks, 2);
  });
});
