/** When a peer may take away what it does not know of, and what it says of itself. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfig } from '#peer/config/config.ts';
import { Counters } from '#peer/counters.ts';
import { overlayInput } from '#peer/daemon/overlay-input.ts';
import { Standing } from '#peer/daemon/standing.ts';
import type { Report } from '#peer/http/report.ts';
import { testCodec, testProfile } from '#test/support/records.ts';
import { Member, UNIVERSE, createFounder, createJoiner, giveSpace } from '../core/member.ts';

const SEEDS = '--seeds=198.18.0.1';

function standingOf({ core, n }: Member, args: readonly string[] = [SEEDS]): Standing {
  const all = [`--name=node${n}`, '--universe=10.32.0.0/16', ...args];
  const config = parseConfig(all, { WEFT_PASSWORD: 'a key for the tests' });
  return new Standing({ config, core, counters: new Counters(), epoch: 1 });
}

function kernelReport(inSync: boolean): { status(): Report['kernel'] } {
  return { status: () => ({ inSync, drift: {}, failures: [] }) };
}

function createPair(): { founder: Member; joiner: Member } {
  const founder = createFounder(1);
  const asked = createJoiner(2, founder);
  giveSpace(founder, asked);
  founder.hear(asked.joiner.record);
  return { founder, joiner: asked.joiner };
}

/** As after a restart with nothing left of what it knew of the others. */
function restart(member: Member): Member {
  const again = new Member(member.n, { store: member.store, epoch: 2 });
  again.start();
  return again;
}

describe('what is not in the directory may be taken away', () => {
  it('for a peer without seeds, which is alone', () => {
    assert.equal(standingOf(restart(createPair().joiner), []).isSettled(), true);
  });

  it('for a founder that still holds all: nobody else can hold a block', () => {
    assert.equal(standingOf(restart(createFounder(1))).isSettled(), true);
  });

  it('not for one that has lost its memory and reaches nobody, however long that lasts', () => {
    const { founder, joiner } = createPair();
    for (const member of [founder, joiner]) {
      const again = restart(member);
      const standing = standingOf(again);
      assert.equal(standing.isSettled(), false);
      again.now = 3_600_000;
      again.tell({ type: 'time' });
      assert.equal(standing.isSettled(), false);
    }
  });

  it('not for a founder whose view of the members is from before there were others', () => {
    const again = restart(createPair().founder);
    assert.deepEqual([...again.core.ipam.view().members.keys()], [again.id]);
    assert.equal(standingOf(again).isSettled(), false);
  });

  it('not for a link alone, but once the other end has the same', () => {
    const { founder, joiner } = createPair();
    const again = restart(joiner);
    const standing = standingOf(again);
    const link = again.linkTo(founder.id);
    assert.equal(standing.isSettled(), false);
    again.hear(founder.record);
    const { setHash } = again.core.mesh.directory;
    again.tell({ type: 'frame', link, frame: { type: 'heartbeat', setHash, wanted: true } });
    assert.equal(standing.isSettled(), true);
  });
});

describe('what a peer says of itself', () => {
  it('is why ADDs are not served, until the kernel is as wanted', () => {
    const outsider = new Member(3);
    assert.match(standingOf(outsider).notReady() ?? '', /^this peer is not a member/);
    const { joiner } = createPair();
    const standing = standingOf(joiner);
    standing.watchKernel(kernelReport(false), () => undefined);
    assert.match(standing.notReady() ?? '', /^the kernel is not programmed yet/);
    standing.watchKernel(kernelReport(true), () => undefined);
    assert.equal(standing.notReady(), undefined);
  });

  it('waits for space as long as it holds none', () => {
    const founder = createFounder(1);
    const { joiner } = createJoiner(2, founder);
    assert.match(standingOf(joiner).notReady() ?? '', /^this peer holds no addresses yet/);
  });

  it('has what a seed and the join wait for, links that fail, and plain mode among the problems', () => {
    const plain = { WEFT_PLAIN: 'true' };
    const { core } = createFounder(1);
    const config = parseConfig(['--name=node1', '--universe=10.32.0.0/16'], plain);
    const standing = new Standing({ config, core, counters: new Counters(), epoch: 1 });
    standing.wait('it waits for the arbiter');
    standing.watchVotes({ problem: () => 'this seed does not vote' });
    standing.watchLinks({ problems: () => ['node9 refuses us'], versionOf: () => 1 });
    const { problems } = standing.report();
    const told = ['this seed does not vote', 'it waits for the arbiter', 'node9 refuses us'];
    assert.deepEqual(problems.slice(0, 3), told);
    assert.match(problems[3] ?? '', /^plain mode/);
  });

  it('tells and counts the grants that it can not accept, until they are gone', () => {
    const { founder, joiner } = createPair();
    const standing = standingOf(founder);
    const { content } = joiner.record;
    const block = { cidr: UNIVERSE, term: 9 };
    const custody = { ...content.custody, pending: [{ block, to: founder.id, n: 1 }] };
    const codec = testCodec(2);
    const version = { epoch: 9, seq: 1 };
    founder.hear(codec.seal({ peer: joiner.id, ...version, content: { ...content, custody } }));
    const { problems, counters } = standing.report();
    assert.ok(problems.some((it) => it.startsWith('node2 grants us 10.32.0.0/16, which is ours')));
    assert.deepEqual(counters, { 'custody-conflicts': 1 });
    founder.hear(codec.seal({ peer: joiner.id, epoch: 9, seq: 2, content }));
    assert.deepEqual(founder.core.conflicts(), []);
  });

  it('tells of claims that are not programmed', () => {
    const { joiner } = createPair();
    const standing = standingOf(joiner);
    // The donor's block is outside of the universe that this peer is told to program.
    const half = { ...UNIVERSE, length: 17 };
    const local = { vtep: testProfile(2).vtep, vni: 1, mtu: 1450, universe: [half] };
    standing.watchKernel(kernelReport(true), () => overlayInput(joiner.core, local, true));
    assert.ok(
      standing.report().problems.some((it) => /node1 claims .* outside the universe/.test(it)),
    );
  });
});
