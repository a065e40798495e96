/**
 * Real peers that are killed right before and right after each durable step of a scenario, and what
 * has to hold when they were started again.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { eventually } from './eventually.ts';
import { type Fault, type ProcessEnvironment, faultEnvironment } from './fault-point.ts';
import type { RealNode } from './real-cluster.ts';

/** No scenario has as many steps: it would go round for ever. */
const STEPS_MAX = 60;

export type Point = Omit<Fault, 'traceFile'>;

/**
 * Each step of `scenario` until it ends without a fault: the number of steps. Before the odd ones and
 * after the even ones; the other way round with OTHER_SIDES=1, so that two runs have all.
 */
export async function killAtEach(
  scenario: (point: Point) => Promise<'killed' | 'over'>,
): Promise<number> {
  const before = process.env['OTHER_SIDES'] === '1' ? 0 : 1;
  for (let step = 1; step <= STEPS_MAX; step++) {
    const kind = step % 2 === before ? 'kill-before' : 'kill-after';
    if ((await scenario({ kind, step })) === 'over') return step - 1;
  }
  throw new Error(`${STEPS_MAX} steps are not the end of it`);
}

export function startWithFault(
  { peer }: RealNode,
  point: Point,
  environment: ProcessEnvironment = {},
): void {
  const fault = faultEnvironment({ ...point, traceFile: join(peer.directory, 'steps') });
  peer.start({ ...environment, ...fault });
}

/** Also one that met no fault: the next step of its process would. */
export async function startWithoutFault(
  { peer }: RealNode,
  environment: ProcessEnvironment = {},
): Promise<void> {
  await peer.end('SIGKILL');
  peer.start(environment);
  await peer.ready();
}

/** The steps that the node's peers have taken with a fault ahead of them, by name. */
export function stepNames({ peer }: RealNode): readonly string[] {
  const file = join(peer.directory, 'steps');
  if (!existsSync(file)) return [];
  const names = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.replace(/^\d+ /, ''));
  return [...new Set(names)].sort();
}

/** Resolves to whether the fault has killed it. */
export async function killedOr(
  node: RealNode,
  over: () => Promise<boolean>,
): Promise<'killed' | 'over'> {
  const outcome = await eventually(
    'the peer is killed, or all is over',
    async () => {
      if (!node.peer.isRunning()) return 'killed';
      return (await over()) ? 'over' : undefined;
    },
    { instead: () => node.peer.log() },
  );
  if (outcome === 'killed') assert.equal((await node.peer.ended()).signal, 'SIGKILL');
  return outcome;
}

/** One that is being killed does not answer any more. */
export async function answers({ peer }: RealNode): Promise<boolean> {
  return (await peer.tryReport()) !== undefined;
}

export async function isReady({ peer }: RealNode): Promise<boolean> {
  return (await peer.tryReport())?.peer.state === 'ready';
}

/** The node's attachments are those of these pods with these addresses, and so are its interfaces. */
export async function assertAttached(
  { peer, namespace }: RealNode,
  expected: ReadonlyMap<string, string>,
): Promise<void> {
  const report = await eventually('DELs that were queued are done', async () => {
    const report = await peer.report();
    return report.attachments.length <= expected.size ? report : undefined;
  });
  const attached = report.attachments.map(({ containerId, addresses }) => {
    return [containerId, addresses.join()] as const;
  });
  assert.deepEqual(new Map(attached), expected);
  const links = await namespace.exec('ip', '-br', 'link');
  const names = [...links.matchAll(/^weft-\w+/gm)].map(([name]) => name);
  assert.deepEqual(
    names.sort(),
    report.attachments.map(({ hostInterface }) => hostInterface).sort(),
  );
}

/** The next start sets the state aside. */
export function fence(stateDirectory: string): void {
  const database = new DatabaseSync(join(stateDirectory, 'state', 'state.sqlite'));
  database.exec("INSERT INTO fence VALUES (1, 'of a test')");
  database.close();
}

/** Whether that is on disk. Of a peer that does not run. */
export function isFenced(stateDirectory: string): boolean {
  const database = new DatabaseSync(join(stateDirectory, 'state', 'state.sqlite'));
  const row = database.prepare('SELECT reason FROM fence').get();
  database.close();
  return row !== undefined;
}
