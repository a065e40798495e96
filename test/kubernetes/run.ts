/**
 * `npm run test:kubernetes`: brings the real cluster up, installs Weft as its users do, runs every
 * test below e2e/ and the arbiter's against the real API server, and takes the cluster down,
 * whatever happened. What can't be had fails: nothing is left out.
 *
 *   node test/kubernetes/run.ts [FILE...]     --keep leaves the cluster up
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import process from 'node:process';

const MAIN = 'test/kubernetes/main.ts';
const KEEP = '--keep';

const given = process.argv.slice(2).filter((word) => word !== KEEP);
const files = given.length > 0 ? given : globSync('test/kubernetes/**/*.test.ts').sort();
process.exitCode = await testInCluster(files);

async function testInCluster(testFiles: readonly string[]): Promise<number> {
  // One that a run before has left, or somebody's who plays with it: tests want a fresh one.
  await run([MAIN, 'down']);
  const up = await run([MAIN, 'up']);
  const tested =
    up === 0
      ? await run(['--test', '--test-reporter=spec', '--test-concurrency=1', ...testFiles])
      : up;
  if (process.argv.includes(KEEP)) return tested;
  const down = await run([MAIN, 'down']);
  return tested === 0 ? down : tested;
}

/** Runs Node with the words; its exit code. */
async function run(words: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, words, { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
