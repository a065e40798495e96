/**
 * `npm run test:kubernetes`: what needs no cluster or makes its own, then a real cluster with Weft
 * installed as its users do, every test below e2e/ on it, and at last Weft's removal from it. The
 * cluster is taken down whatever happened. What can't be had fails: nothing is left out. How long
 * each part took is told at the end.
 *
 *   npm run test:kubernetes -- [--keep] [FILE...]
 *
 * --keep leaves the cluster up; with files, only these are run, on a cluster of their own if they need one.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { basename } from 'node:path';
import process from 'node:process';
import { readState } from './cluster/state.ts';

const MAIN = 'test/kubernetes/main.ts';
const KEEP = '--keep';
/** Makes clusters and takes them down again, and looks whether anything of them is left on the machine. */
const TEARDOWN = 'test/kubernetes/teardown.test.ts';
/** Has a control plane of its own, which has its ports and files to itself. */
const ARBITER = 'test/kubernetes/arbiter.test.ts';
/** So has this, and a hundred peers, which leave no core to anything else. */
const MANY_NODES = 'test/kubernetes/many-nodes.test.ts';
const WITHOUT_CLUSTER = [TEARDOWN, MANY_NODES, ARBITER];
/** In this order: the last takes Weft away. */
const ON_THE_CLUSTER = [
  'test/kubernetes/manifests.test.ts',
  ...globSync('test/kubernetes/e2e/*.test.ts').sort(),
  'test/kubernetes/removal.test.ts',
];

/** A line for each part that is over. */
const durations: string[] = [];

process.exitCode = await testAll(process.argv.slice(2));
process.stdout.write(`${durations.join('\n')}\n`);

async function testAll(args: readonly string[]): Promise<number> {
  const files = args.filter((word) => word !== KEEP);
  if ((await readState()) !== undefined) {
    process.stderr.write('a test cluster is running: npm run kubernetes -- down removes it\n');
    return 1;
  }
  // What is left of one that was cut short.
  const codes = [await run([MAIN, 'down'])];
  codes.push(...(files.length > 0 ? await testThese(files) : await testEverything()));
  if (!args.includes(KEEP)) codes.push(await run([MAIN, 'down']));
  return codes.find((code) => code !== 0) ?? 0;
}

async function testEverything(): Promise<readonly number[]> {
  const alone = [await test([TEARDOWN]), await test([MANY_NODES])];
  // The one waits a lot and the other, too.
  return [...alone, ...(await Promise.all([test([ARBITER]), testOnCluster(ON_THE_CLUSTER)]))];
}

async function testThese(files: readonly string[]): Promise<readonly number[]> {
  const { apart = [], together = [] } = Object.groupBy(files, (file) =>
    WITHOUT_CLUSTER.includes(file) ? 'apart' : 'together',
  );
  const codes = apart.length > 0 ? [await test(apart)] : [];
  return together.length > 0 ? [...codes, await testOnCluster(together)] : codes;
}

async function testOnCluster(files: readonly string[]): Promise<number> {
  const codes = [await timed('the making of the cluster', () => run([MAIN, 'up']))];
  if (codes[0] === 0) {
    codes.push(await run([MAIN, 'kubectl', 'apply', '-f', 'manifests/weft.yaml']));
    codes.push(await test(files));
  }
  return codes.find((code) => code !== 0) ?? 0;
}

async function timed(what: string, work: () => Promise<number>): Promise<number> {
  const startedMs = performance.now();
  const code = await work();
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  durations.push(`${String(seconds).padStart(5)} s  ${what}`);
  return code;
}

async function test(files: readonly string[]): Promise<number> {
  const names = files.map((file) => basename(file, '.test.ts'));
  return await timed(names.join(', '), () => testInOrder(files));
}

/** One file after the other. What they tell comes when they are over, so that it stays together. */
async function testInOrder(files: readonly string[]): Promise<number> {
  const reporter = ['--test', '--test-reporter=spec', '--test-concurrency=1'];
  const child = spawn(process.execPath, [...reporter, ...files], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  process.stdout.write(Buffer.concat(chunks));
  return code ?? 1;
}

/** Runs Node with the words; its exit code. */
async function run(words: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, words, { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
