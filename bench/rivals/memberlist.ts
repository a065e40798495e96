/** Runs bench/rivals/memberlist in a namespace of its own, and reads what it prints. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { createNamespace } from '#test/support/namespace.ts';
import type { RunFigures } from '../mesh/run.ts';
import type { IdleFigures, RecordFigures } from '../mesh/scenarios.ts';

const run = promisify(execFile);
const SOURCE = resolve('bench/rivals/memberlist');
const PROGRAM = resolve('build/bench/memberlist');
/** Of joins, for what is measured after a start that does not come to its end all at once. */
const JOINS_PER_SECOND = 20;

interface Line {
  readonly scenario: 'start' | 'idle' | 'record' | 'vanish';
  readonly figures: unknown;
}

interface Start {
  readonly knownMs?: number;
  readonly limitMs: number;
  readonly leastKnown: number;
  readonly bytes: number;
  readonly cpuMs: number;
}

/** Builds the driver. Needs Go, which fetches the pinned module once. */
export async function buildMemberlist(): Promise<void> {
  try {
    await run('go', ['build', '-o', PROGRAM, '.'], { cwd: SOURCE });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the driver of memberlist can't be built, which takes Go: ${reason}`, {
      cause: error,
    });
  }
}

/**
 * All scenarios. Where the nodes don't come to know each other when all join at once, the other
 * scenarios are measured on nodes that joined one after the other.
 */
export async function runMemberlist(nodes: number): Promise<RunFigures> {
  const scenarios = ['-idle', '-record', '-vanish'];
  const figures = toFigures(await runProgram(nodes, scenarios));
  if ('knownMs' in figures.start) return figures;
  const paced = ['-joins-per-second', String(JOINS_PER_SECOND), ...scenarios];
  return { ...toFigures(await runProgram(nodes, paced)), start: figures.start };
}

async function runProgram(
  nodes: number,
  flags: readonly string[],
): Promise<ReadonlyMap<string, unknown>> {
  await using namespace = await createNamespace();
  const output = await namespace.exec(PROGRAM, '-nodes', String(nodes), ...flags);
  const lines = output.trim().split('\n');
  return new Map(
    lines.map((line) => {
      const { scenario, figures } = JSON.parse(line) as Line;
      return [scenario, figures];
    }),
  );
}

function toFigures(lines: ReadonlyMap<string, unknown>): RunFigures {
  const { knownMs, limitMs, leastKnown, bytes, cpuMs } = lines.get('start') as Start;
  const idle = lines.get('idle') as IdleFigures | undefined;
  const record = lines.get('record') as RecordFigures | undefined;
  const vanish = lines.get('vanish') as { readonly lastMs: readonly number[] } | undefined;
  return {
    start: knownMs === undefined ? { limitMs, leastKnown } : { knownMs, bytes, cpuMs },
    ...(idle && { idle }),
    ...(record && { record }),
    ...(vanish && { vanishMs: vanish.lastMs }),
  };
}
