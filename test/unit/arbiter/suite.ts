/** What every arbiter has to do, whoever decides behind it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Arbiter } from '#peer/arbiter/arbiter.ts';
import type { View } from '#peer/ipam/custody-state.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { parsePeerId } from '#peer/mesh/peer-id.ts';

/** An arbiter that runs, and how to wait for it. */
export interface World {
  /** The arbiter as the i-th peer sees it. */
  arbiter(i: number): Arbiter;
  wait<T>(work: Promise<T>): Promise<T>;
  /** Ends the arbiter and starts it again from what is durable. May take its time: is awaited. */
  restart(): unknown;
  close(): unknown;
}

export interface SuiteOptions {
  /** Who shares the arbiter's revisions: if others do, they also grow by what is none of ours. */
  readonly revisions?: 'own' | 'shared';
}

export function peerId(n: number): PeerId {
  const id = parsePeerId(n.toString(16).padStart(32, '0'));
  assert.ok(id !== undefined);
  return id;
}

function saysWhose(id: PeerId): RegExp {
  return new RegExp(`the name "a" is ${id}'s`);
}

export function testArbiter(
  name: string,
  createWorld: () => World | Promise<World>,
  { revisions = 'own' }: SuiteOptions = {},
): void {
  /** Nothing has changed from the one view to the other. */
  const assertUnchanged = (later: View, earlier: View) => {
    assert.deepEqual(later.members, earlier.members);
    if (revisions === 'own') assert.equal(later.rev, earlier.rev);
    assert.ok(later.rev >= earlier.rev, `revision ${later.rev} came after ${earlier.rev}`);
  };

  const holds = (title: string, body: (world: World) => Promise<void>) =>
    test(title, async () => {
      const world = await createWorld();
      try {
        await body(world);
      } finally {
        await world.close();
      }
    });

  describe(name, () => {
    holds('the first founder stays the founder', async (world) => {
      const answers = await world.wait(
        Promise.all([1, 2, 3].map((n) => world.arbiter(n).genesis(peerId(n)))),
      );
      assert.equal(new Set(answers).size, 1);
      await world.restart();
      assert.equal(await world.wait(world.arbiter(4).genesis(peerId(4))), answers[0]);
    });

    holds('peers that register at once are all listed', async (world) => {
      const numbers = Array.from({ length: 20 }, (_, i) => i + 1);
      const views = await world.wait(
        Promise.all(numbers.map((n) => world.arbiter(n).register(`node-${n}`, peerId(n)))),
      );
      for (const [i, view] of views.entries()) {
        assert.equal(view.members.get(peerId(i + 1)), `node-${i + 1}`);
      }
      const { members } = await world.wait(world.arbiter(1).list());
      assert.equal(members.size, numbers.length);
    });

    holds('the revision grows with every change and never goes back', async (world) => {
      const first = await world.wait(world.arbiter(1).register('a', peerId(1)));
      const again = await world.wait(world.arbiter(1).register('a', peerId(1)));
      const other = await world.wait(world.arbiter(2).register('b', peerId(2)));
      assert.ok(first.rev > 0n);
      assertUnchanged(again, first);
      assert.ok(other.rev > first.rev);
    });

    holds("a name's new identity replaces the old one, which never comes back", async (world) => {
      await world.wait(world.arbiter(1).register('a', peerId(1)));
      const replaced = await world.wait(world.arbiter(1).register('a', peerId(2), peerId(1)));
      assert.deepEqual([...replaced.members], [[peerId(2), 'a']]);
      for (const late of [undefined, peerId(2)]) {
        const refused = world.wait(world.arbiter(1).register('a', peerId(1), late));
        await assert.rejects(refused, { name: 'ArbiterRefusal', message: saysWhose(peerId(2)) });
      }
      assertUnchanged(await world.wait(world.arbiter(2).list()), replaced);
    });

    holds('an identity that was removed does not come back either', async (world) => {
      await world.wait(world.arbiter(1).register('a', peerId(1)));
      const removed = await world.wait(world.arbiter(1).remove('a', peerId(1)));
      const refused = world.wait(world.arbiter(1).register('a', peerId(1)));
      await assert.rejects(refused, { name: 'ArbiterRefusal', message: /is nobody's/ });
      assertUnchanged(await world.wait(world.arbiter(2).list()), removed);
    });

    holds('a name is taken only from the identity that was meant', async (world) => {
      const before = await world.wait(world.arbiter(1).register('a', peerId(1)));
      for (const meant of [undefined, peerId(3)]) {
        const refused = world.wait(world.arbiter(2).register('a', peerId(2), meant));
        await assert.rejects(refused, { name: 'ArbiterRefusal', message: saysWhose(peerId(1)) });
      }
      const nobodys = world.wait(world.arbiter(2).register('b', peerId(2), peerId(3)));
      await assert.rejects(nobodys, { name: 'ArbiterRefusal', message: /is nobody's/ });
      assertUnchanged(await world.wait(world.arbiter(2).list()), before);
    });

    holds('of two that register one name at once, one is refused', async (world) => {
      let holder: PeerId | undefined;
      for (const ids of [
        [peerId(1), peerId(2)],
        [peerId(3), peerId(4)],
      ]) {
        const asked = ids.map((id, i) => world.arbiter(i).register('a', id, holder));
        const answers = await world.wait(Promise.allSettled(asked));
        const refusals = answers.filter((answer) => answer.status === 'rejected');
        holder = ids[answers.findIndex(({ status }) => status === 'fulfilled')];
        assert.ok(holder !== undefined && refusals.length === 1);
        assert.equal(refusals[0]?.reason.name, 'ArbiterRefusal');
        assert.match(refusals[0].reason.message, saysWhose(holder));
        const { members } = await world.wait(world.arbiter(2).list());
        assert.deepEqual([...members], [[holder, 'a']]);
      }
    });

    holds('a registration whose answer was lost is not refused when asked again', async (world) => {
      await world.wait(world.arbiter(1).register('a', peerId(1)));
      const first = await world.wait(world.arbiter(1).register('a', peerId(2), peerId(1)));
      await world.restart();
      const again = await world.wait(world.arbiter(2).register('a', peerId(2), peerId(1)));
      assertUnchanged(again, first);
    });

    holds('only the identity that was meant is removed', async (world) => {
      await world.wait(world.arbiter(1).register('a', peerId(1)));
      const kept = await world.wait(world.arbiter(2).remove('a', peerId(2)));
      assert.equal(kept.members.size, 1);
      const removed = await world.wait(world.arbiter(2).remove('a', peerId(1)));
      assert.equal(removed.members.size, 0);
      assert.ok(removed.rev > kept.rev);
    });

    holds('the executor stays until it is removed', async (world) => {
      await world.wait(world.arbiter(1).register('a', peerId(1)));
      await world.wait(world.arbiter(2).register('b', peerId(2)));
      assert.equal(await world.wait(world.arbiter(1).executor(peerId(1))), peerId(1));
      assert.equal(await world.wait(world.arbiter(2).executor(peerId(2))), peerId(1));
      await world.wait(world.arbiter(2).remove('a', peerId(1)));
      assert.equal(await world.wait(world.arbiter(2).executor(peerId(2))), peerId(2));
    });

    holds('of those that ask at once one is the executor, for all of them', async (world) => {
      for (const n of [1, 2, 3]) await world.wait(world.arbiter(n).register(`n${n}`, peerId(n)));
      const asked = [1, 2, 3].map((n) => world.arbiter(n).executor(peerId(n)));
      const answers = new Set(await world.wait(Promise.all(asked)));
      assert.equal(answers.size, 1);
      await world.restart();
      assert.ok(answers.has(await world.wait(world.arbiter(2).executor(peerId(2)))));
    });

    holds('an executor whose name another took is none any more, whoever asks', async (world) => {
      await world.wait(world.arbiter(1).register('a', peerId(1)));
      await world.wait(world.arbiter(2).register('b', peerId(2)));
      assert.equal(await world.wait(world.arbiter(1).executor(peerId(1))), peerId(1));
      await world.wait(world.arbiter(3).register('a', peerId(3), peerId(1)));
      await assert.rejects(world.wait(world.arbiter(1).executor(peerId(1))), {
        name: 'ArbiterRefusal',
      });
      assert.equal(await world.wait(world.arbiter(3).executor(peerId(3))), peerId(3));
      assert.equal(await world.wait(world.arbiter(1).executor(peerId(1))), peerId(3));
    });

    holds(
      'the last member can be removed, and whoever comes then can be executor',
      async (world) => {
        await world.wait(world.arbiter(1).register('a', peerId(1)));
        assert.equal(await world.wait(world.arbiter(1).executor(peerId(1))), peerId(1));
        const { members } = await world.wait(world.arbiter(1).remove('a', peerId(1)));
        assert.equal(members.size, 0);
        await world.wait(world.arbiter(2).register('a', peerId(2)));
        assert.equal(await world.wait(world.arbiter(2).executor(peerId(2))), peerId(2));
      },
    );

    holds('who is no member is refused as the executor', async (world) => {
      await assert.rejects(world.wait(world.arbiter(1).executor(peerId(1))), {
        name: 'ArbiterRefusal',
      });
    });

    holds('a restart forgets nothing', async (world) => {
      await world.wait(world.arbiter(1).register('a', peerId(1)));
      const before = await world.wait(world.arbiter(2).register('b', peerId(2)));
      await world.restart();
      assertUnchanged(await world.wait(world.arbiter(1).list()), before);
    });
  });
}
