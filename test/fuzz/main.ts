/** `npm run fuzz -- --frames N [--seed S]`: a hostile member's frames to a whole core. Exit code 1: a violation. */
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { Step } from './attacker.ts';
import { type Report, type Violation, attack } from './session.ts';

const FRAMES_DEFAULT = 100_000;
const USAGE = 'use: npm run fuzz -- [--frames N] [--seed S]\n';
const EXIT_VIOLATION = 1;
const EXIT_USAGE = 2;

function run(): number {
  const given = readOptions();
  if (given === undefined) {
    process.stderr.write(USAGE);
    return EXIT_USAGE;
  }
  print(`seed ${given.seed}, ${given.frames} frames`);
  const startedMs = performance.now();
  const report = attack(given);
  const seconds = (performance.now() - startedMs) / 1000;
  printOutcomes(report);
  if (report.violation !== undefined) return printViolation(report.violation, given.seed);
  const rate = Math.round(given.frames / seconds);
  const memory = `${mebibytes(process.memoryUsage.rss())} of memory`;
  const growth = `the heap grew by ${mebibytes(report.heapGrowthBytes)}`;
  print(`no violation: ${seconds.toFixed(1)} s, ${rate} frames/s, ${memory}, ${growth}`);
  return 0;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function readOptions(): { readonly seed: number; readonly frames: number } | undefined {
  try {
    const options = { frames: { type: 'string' }, seed: { type: 'string' } } as const;
    const { values } = parseArgs({ options });
    const frames = Number(values.frames ?? FRAMES_DEFAULT);
    const seed = Number(values.seed ?? Date.now() % 2 ** 32);
    const isSound = Number.isSafeInteger(frames) && frames > 0 && Number.isSafeInteger(seed);
    return isSound ? { seed, frames } : undefined;
  } catch {
    // parseArgs throws for options that it does not know.
    return undefined;
  }
}

function printOutcomes({ outcomes }: Report): void {
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

process.exitCode = run();
