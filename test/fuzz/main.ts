/**
 * `npm run fuzz -- --frames N --connections N [--seed S]`: a hostile member's frames to a whole core,
 * and anybody's bytes on real connections. Exit code 1: a violation.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { Step } from './attacker.ts';
import { attackConnections } from './connections.ts';
import { type Report, type Violation, attack } from './session.ts';

const FRAMES_DEFAULT = 100_000;
const CONNECTIONS_DEFAULT = 1_000;
const USAGE = 'use: npm run fuzz -- [--frames N] [--connections N] [--seed S]\n';
const EXIT_VIOLATION = 1;
const EXIT_USAGE = 2;

interface Given {
  readonly seed: number;
  readonly frames: number;
  readonly connections: number;
}

async function run(): Promise<number> {
  const given = readOptions();
  if (given === undefined) {
    process.stderr.write(USAGE);
    return EXIT_USAGE;
  }
  print(`seed ${given.seed}, ${given.frames} frames, ${given.connections} connections`);
  return sendFrames(given) || (await makeConnections(given));
}

function sendFrames(given: Given): number {
  const startedMs = performance.now();
  const report = attack(given);
  const seconds = (performance.now() - startedMs) / 1000;
  printOutcomes(report.outcomes);
  if (report.violation !== undefined) return printViolation(report.violation, given.seed);
  const rate = Math.round(given.frames / seconds);
  const memory = `${mebibytes(process.memoryUsage.rss())} of memory`;
  const { heapGrowthBytes } = report;
  const growth =
    heapGrowthBytes === undefined
      ? 'too few to tell whether the heap grows'
      : `the heap grew by ${mebibytes(heapGrowthBytes)}`;
  print(`no violation: ${seconds.toFixed(1)} s, ${rate} frames/s, ${memory}, ${growth}`);
  return 0;
}

/** A violation here is an error that nobody hears: what was told last is what it came of. */
async function makeConnections({ seed, connections }: Given): Promise<number> {
  let [last, made] = ['', 0];
  const onConnection = (what: string): void => void ([last, made] = [what, made + 1]);
  process.prependListener('uncaughtException', (error) => {
    print(`violation at connection ${made} of seed ${seed}: ${error.stack}\n${last}`);
    process.exit(EXIT_VIOLATION);
  });
  const closing: (() => unknown)[] = [];
  const after = (close: () => unknown): void => void closing.push(close);
  printOutcomes(await attackConnections({ after }, { seed, connections, onConnection }));
  for (const close of closing.toReversed()) await close();
  print('no violation: nobody’s link went down');
  return 0;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function readOptions(): Given | undefined {
  try {
    const number = { type: 'string' } as const;
    const { values } = parseArgs({
      options: { frames: number, connections: number, seed: number },
    });
    const frames = Number(values.frames ?? FRAMES_DEFAULT);
    const connections = Number(values.connections ?? CONNECTIONS_DEFAULT);
    const seed = Number(values.seed ?? Date.now() % 2 ** 32);
    const isSound = [frames, connections, seed].every(Number.isSafeInteger) && frames > 0;
    return isSound ? { seed, frames, connections } : undefined;
  } catch {
    // parseArgs throws for options that it does not know.
    return undefined;
  }
}

function printOutcomes(outcomes: Report['outcomes']): void {
  const entries = [...outcomes].sort(([one], [other]) => (one < other ? -1 : 1));
  for (const [outcome, count] of entries) print(`${String(count).padStart(10)}  ${outcome}`);
}

function printViolation({ detail, frame, steps }: Violation, seed: number): number {
  print(`violation at frame ${frame} of seed ${seed}: ${detail}`);
  for (const step of steps) print(describe(step));
  if (steps.length === 0) print('the frames before it alone do not bring it about: use the seed');
  return EXIT_VIOLATION;
}

function describe({ afterMs, what, bytes }: Step): string {
  return `after ${afterMs} ms: ${what} ${bytes.toHex()}`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await run();
