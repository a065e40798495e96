/**
 * A smoke of the fuzzing of connections (`npm run fuzz` goes on for longer). FUZZ_SEED=n before the
 * command repeats a run.
 */
import assert from 'node:assert/strict';
import process from 'node:process';
import { it } from 'node:test';
import { attackConnections } from '#test/fuzz/connections.ts';

const CONNECTIONS = 150;
/** What a run that reaches everything brings about. */
const EXPECTED = ['malformed-frame', 'not-tls'];
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 32);

it(`${CONNECTIONS} connections with bytes of any kind, in either role, end no process and no link of another`, async (t) => {
  let last = '';
  const told = (): void => t.diagnostic(`FUZZ_SEED=${seed} ${last}`);
  process.prependListener('uncaughtException', told);
  t.after(() => process.off('uncaughtException', told));
  const onConnection = (what: string): void => void (last = what);
  const counts = await attackConnections(t, { seed, connections: CONNECTIONS, onConnection });
  for (const reason of EXPECTED)
    assert.ok(counts.has(reason), `FUZZ_SEED=${seed} never brought about "${reason}"`);
});
