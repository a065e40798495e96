/**
 * `npm run test:kubernetes`: what needs no cluster or makes its own, then a real cluster with Weft
 * installed as its users do, every test below e2e/ on it, and at last Weft's removal from it. The
 * cluster is taken down whatever happened. What can't be had fails: nothing is left out.
 *
 *   npm run test:kubernetes -- [--keep] [FILE...]
 *
 * --keep leaves the cluster up; with files, only these are run, on a cluster of their own.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import process from 'node:process';

const MAIN = 'test/kubernetes/main.ts';
const KEEP = '--keep';
/** They make their own control plane, or clusters that they take down again. */
const ON_THEIR_OWN = [
  'test/kubernetes/arbiter.test.ts',
  'test/kubernetes-cluster/teardown.test.ts',
];
/** In this order: the last takes Weft away. */
const ON_THE_CLUSTER = [
  'test/kubernetes/manifests.test.ts',
  ...globSync('test/kubernetes/e2e/*.test.ts').sort(),
  'test/kubernetes/removal.test.ts',
];

process.exitCode = await testAll(process.argv.slice(2));

async function testAll(args: readonly string[]): Promise<number> {
  const files = args.filter((word) => word !== KEEP);
  // One that an earlier run left, or somebody's who plays with it: the tests want their own.
  const codes = [await run([MAIN, 'down'])];
  if (files.length === 0) codes.push(await test(ON_THEIR_OWN, { concurrency: 2 }));
  codes.push(await testOnCluster(files.length > 0 ? files : ON_THE_CLUSTER));
  if (!args.includes(KEEP)) codes.push(await run([MAIN, 'down']));
  return codes.find((code) => code !== 0) ?? 0;
}

async function testOnCluster(files: readonly string[]): Promise<number> {
  const codes = [await run([MAIN, 'up'])];
  if (codes[0] === 0) {
    codes.push(await run([MAIN, 'kubectl', 'apply', '-f', 'manifests/weft.yaml']));
    codes.push(await test(files, { concurrency: 1 }));
  }
  return codes.find((code) => code !== 0) ?? 0;
}

/** A test that was left out proves nothing, so there is no such thing: test/repository has the rule. */
async function test(
  files: readonly string[],
  { concurrency }: { readonly concurrency: number },
): Promise<number> {
  const options = ['--test', '--test-reporter=spec', `--test-concurrency=${concurrency}`];
  return await run([...options, ...files]);
}

/** Runs Node with the words; its exit code. */
async function run(words: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, words, { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
