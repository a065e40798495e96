/**
 * Real peers on real sockets of this machine: how long they take to know each other, how fast a
 * record reaches all, how soon they know that a host is gone, and what it costs. Needs root.
 */
import process from 'node:process';
import { BenchMesh } from './bench-mesh.ts';
import { type Options, parseOptions } from './options.ts';
import {
  type IdleFigures,
  measureIdle,
  measureRecords,
  measureStart,
  measureVanish,
  type NotStarted,
  type RecordFigures,
  settle,
  type StartFigures,
} from './scenarios.ts';

export interface RunFigures {
  readonly start: StartFigures | NotStarted;
  readonly record?: RecordFigures;
  readonly idle?: IdleFigures;
  readonly vanishMs?: readonly number[];
  /** Of the whole run, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  readonly rssBytes: number;
}

async function runMesh(peers: number, options: Options): Promise<RunFigures> {
  const { scenarios } = options;
  await using mesh = await BenchMesh.prepare({ ...options, peers });
  const start = await measureStart(mesh);
  const isStarted = 'knownMs' in start;
  if (isStarted && scenarios.size > 1) await settle();
  const measured = {
    ...(isStarted && scenarios.has('idle') && { idle: await measureIdle(mesh) }),
    ...(isStarted && scenarios.has('record') && { record: await measureRecords(mesh) }),
    ...(isStarted && scenarios.has('vanish') && { vanishMs: await measureVanish(mesh) }),
  };
  const { counters, rssBytes } = await mesh.cost();
  return { start, ...measured, refused: counters, rssBytes };
}

const options = parseOptions(process.argv.slice(2));
for (const peers of options.sizes) {
  for (let run = 0; run < options.runs; run++) {
    process.stdout.write(
      `${peers}: ${JSON.stringify(await runMesh(peers, options), undefined, 1)}\n`,
    );
  }
}
