/** What a seed that doesn't vote says of it, in the status and in the log. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { EnrolmentWait } from '#peer/arbiter/seeds/enrolment.ts';
import type { Seed } from '#peer/arbiter/seeds/seed.ts';
import { SeedEnrolment } from '#peer/daemon/seed-enrolment.ts';
import { testEndpoint } from '#test/support/records.ts';

/** Of so many seeds; what it waits for is told by the test. */
function startEnrolment(count = 3) {
  let given: Parameters<Seed['enrol']>[0] | undefined;
  const done = Promise.withResolvers<void>();
  const logged: unknown[] = [];
  const seed: Pick<Seed, 'enrol'> = { enrol: (options) => ((given = options), done.promise) };
  const enrolment = new SeedEnrolment({
    seeds: [1, 2, 3].slice(0, count).map(testEndpoint),
    isNewSeed: true,
    knowsMembers: () => true,
    log: {
      info: (...words: unknown[]) => void logged.push(words.at(-1)),
      warn: (...words: unknown[]) => void logged.push(words.at(-1)),
    },
  });
  enrolment.begin(seed);
  assert.ok(given !== undefined);
  const { onWaiting } = given;
  const says = (wait: EnrolmentWait | undefined) => (onWaiting(wait), enrolment.problem());
  return { enrolment, options: given, done, says, logged };
}

const MISSING = { type: 'answers', missing: [1, 2] } as const;

describe('a seed that does not vote', () => {
  it('says whom it waits for, and that --new-seed is for one that never ran', () => {
    const problem = startEnrolment().says({ ...MISSING, lost: false });
    assert.equal(
      problem,
      'this seed does not vote: it has no votes on its disk, and it waits until all other seeds run; ' +
        'it has no answer of 198.18.0.2:6783, 198.18.0.3:6783. If this seed never ran before, it can be ' +
        'started once with --new-seed; never do so after its disk was lost',
    );
  });

  it('does not speak of --new-seed when its votes are known to be lost', () => {
    const problem = startEnrolment().says({ ...MISSING, lost: true });
    assert.match(problem ?? '', /does not vote: its votes were lost, and it waits until all other/);
    assert.doesNotMatch(problem ?? '', /--new-seed/);
  });

  it('says what to do when a majority has lost its votes', () => {
    const problem = startEnrolment().says({ type: 'log-lost', lost: true });
    assert.match(
      problem ?? '',
      /fewer than a majority .* bring back the seeds' disks, or found .* on all nodes, not only on seeds/,
    );
  });

  it('says what a single one needs, and nothing of --new-seed where there are members', () => {
    const { says } = startEnrolment(1);
    const problem = says({ type: 'operator', lost: false }) ?? '';
    assert.match(problem, /a single seed has no other .* --new-seed; if its disk was lost, bring/);
    const lost = says({ type: 'log-lost', lost: false }) ?? '';
    assert.match(lost, /others are members .* bring back its disk, or found the cluster anew/);
    assert.doesNotMatch(lost, /--new-seed/);
  });

  it('says it once in the log, and that it is over; then there is no problem', () => {
    const { says, logged } = startEnrolment();
    const problem = says({ ...MISSING, lost: true });
    says({ ...MISSING, lost: true });
    assert.equal(says(undefined), undefined);
    assert.deepEqual(logged, [problem, 'no longer waited for']);
  });

  it('says that its disk failed', async () => {
    const { enrolment, done } = startEnrolment();
    done.reject(new Error('the disk is full'));
    await setImmediate();
    assert.equal(enrolment.problem(), 'this seed does not vote: Error: the disk is full');
  });

  it('hands on what the operator and its state say, and ends with its peer', () => {
    const { enrolment, options } = startEnrolment();
    assert.deepEqual([options.isNew, options.knowsMembers()], [true, true]);
    enrolment.close();
    assert.equal(options.signal.aborted, true);
  });
});
