/** When the reconciler of our nftables table looks, replaces, and counts, on a table in memory. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseCidr } from '#peer/ipam/parse.ts';
import { type Nftables, NftablesError, NftMissing } from '#peer/kernel/nftables.ts';
import { FULL_PASS_MS } from '#peer/kernel/reconciler.ts';
import { RETRY_FIRST_MS } from '#peer/kernel/retry-schedule.ts';
import { RulesetReconciler } from '#peer/kernel/ruleset-reconciler.ts';
import { masqueradeRuleset } from '#peer/overlay/masquerade.ts';
import type { Ruleset } from '#peer/overlay/ruleset.ts';

const WANTED = masqueradeRuleset({ universe: [parseCidr('10.32.0.0/12')], masquerade: true });
const SILENT = { info: () => undefined, warn: () => undefined };

class FakeNftables implements Nftables {
  ruleset: Ruleset = [];
  /** Thrown by everything. */
  error: Error | undefined;
  /** What nft makes of what it is given. */
  retell = (ruleset: Ruleset): Ruleset => ruleset;
  reads = 0;
  replacements = 0;

  async read(): Promise<Ruleset> {
    this.reads++;
    if (this.error) throw this.error;
    return this.ruleset;
  }

  async replace(ruleset: Ruleset): Promise<void> {
    if (this.error) throw this.error;
    this.replacements++;
    this.ruleset = this.retell(ruleset);
  }
}

function make() {
  const state = { nftables: new FakeNftables(), wanted: WANTED as Ruleset | undefined, nowMs: 0 };
  const reconciler = new RulesetReconciler({
    nftables: state.nftables,
    wanted: () => state.wanted,
    log: SILENT,
    nowMs: () => state.nowMs,
    every: () => () => undefined,
  });
  return { state, nftables: state.nftables, reconciler };
}

test('the table is made once the wish is known, and not before', async () => {
  const { state, nftables, reconciler } = make();
  state.wanted = undefined;
  await reconciler.poll();
  assert.deepEqual([nftables.reads, reconciler.status().inSync], [0, false]);
  state.wanted = WANTED;
  await reconciler.poll();
  assert.equal(nftables.ruleset, WANTED);
  const { inSync, drift, changes, failures } = reconciler.status();
  assert.deepEqual(
    { inSync, drift, changes, failures },
    {
      inSync: true,
      drift: {},
      changes: { nftables: 1 },
      failures: [],
    },
  );
});

test('a table that is right at the start is adopted: nothing is replaced', async () => {
  const { nftables, reconciler } = make();
  nftables.ruleset = WANTED;
  await reconciler.poll();
  assert.deepEqual([nftables.replacements, reconciler.status().inSync], [0, true]);
});

test('nft is started once in a full pass, and not with every poll', async () => {
  const { state, nftables, reconciler } = make();
  nftables.ruleset = WANTED;
  for (let i = 0; i < 10; i++) await reconciler.poll();
  assert.equal(nftables.reads, 1);
  state.nowMs += FULL_PASS_MS;
  await reconciler.poll();
  assert.equal(nftables.reads, 2);
});

test('what somebody else changed comes back and is counted as drift', async () => {
  const { state, nftables, reconciler } = make();
  await reconciler.poll();
  nftables.ruleset = [];
  state.nowMs += FULL_PASS_MS;
  await reconciler.poll();
  assert.equal(nftables.ruleset, WANTED);
  assert.deepEqual(reconciler.status().drift, { nftables: 1 });
});

test('a change of the wish is served at once and is no drift', async () => {
  const { state, nftables, reconciler } = make();
  await reconciler.poll();
  state.wanted = [];
  await reconciler.poll();
  assert.deepEqual(nftables.ruleset, []);
  assert.deepEqual(reconciler.status().drift, {});
});

test('an nft that tells the table in other words is believed', async () => {
  const { state, nftables, reconciler } = make();
  nftables.retell = (ruleset) => [...ruleset, { comment: 'in other words' }];
  for (let i = 0; i < 3; i++) {
    await reconciler.poll();
    state.nowMs += FULL_PASS_MS;
  }
  assert.deepEqual([nftables.replacements, reconciler.status().drift], [1, {}]);
});

test('a failure is told, tried again after a pause that doubles, and forgotten when it is over', async () => {
  const { state, nftables, reconciler } = make();
  nftables.error = new NftablesError('nft says no');
  await reconciler.poll();
  await reconciler.poll();
  assert.equal(nftables.reads, 1);
  assert.deepEqual(reconciler.status().failures, ['nftables: nft says no']);
  state.nowMs += RETRY_FIRST_MS;
  await reconciler.poll();
  state.nowMs += RETRY_FIRST_MS;
  await reconciler.poll();
  assert.equal(nftables.reads, 2, 'the second pause is longer');
  nftables.error = undefined;
  state.nowMs += RETRY_FIRST_MS;
  await reconciler.poll();
  const { inSync, failures, drift } = reconciler.status();
  assert.deepEqual({ inSync, failures, drift }, { inSync: true, failures: [], drift: {} });
});

test('a host without nft is a failure only where something is wanted of it', async () => {
  const { state, nftables, reconciler } = make();
  nftables.error = new NftMissing(undefined);
  await reconciler.poll();
  assert.match(reconciler.status().failures[0] ?? '', /nft is not installed.*--no-masquerade/);
  state.wanted = [];
  await reconciler.poll();
  assert.deepEqual(reconciler.status().failures, []);
  assert.equal(reconciler.status().inSync, true);
});
