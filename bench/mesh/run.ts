/** One run of a mesh of one size through the scenarios, and several runs in one figure each. */
import { summarize, type Summary } from '../result.ts';
import { BenchMesh } from './bench-mesh.ts';
import type { Options } from './options.ts';
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
  /** Until every other peer says that a host is down that vanished, each time. */
  readonly vanishMs?: readonly number[];
  /** Of all peers in the whole run: dials, ends of links that came up, frames, refusals by reason. */
  readonly counts?: Readonly<Record<string, number>>;
}

/** Of all runs of one size; what was not measured in any of them is left out. */
export interface SizeFigures {
  readonly peers: number;
  readonly runs: number;
  /** Runs that had not started within the limit; the least that a peer knew by then, of all. */
  readonly notStarted?: { readonly runs: number; readonly limitMs: number; readonly known: number };
  readonly knownMs?: Summary;
  readonly linkedMs?: Summary;
  readonly startBytes?: Summary;
  readonly startCpuMs?: Summary;
  readonly recordMs?: Summary;
  readonly recordBytes?: Summary;
  readonly recordCpuMs?: Summary;
  readonly vanishMs?: Summary;
  readonly idleBytesPerSecond?: Summary;
  readonly idleCpuShare?: Summary;
  readonly counts?: readonly Readonly<Record<string, number>>[];
}

export type Measured = {
  [
    Name in keyof SizeFigures as SizeFigures[Name] extends Summary | undefined ? Name : never
  ]?: Summary;
};

export async function runMesh(peers: number, options: Options): Promise<RunFigures> {
  const { scenarios } = options;
  await using mesh = await BenchMesh.prepare({ ...options, peers });
  const start = await measureStart(mesh);
  if (!isStarted(start)) return { start, counts: (await mesh.cost()).counters };
  if (scenarios.has('idle') || scenarios.has('record') || scenarios.has('vanish')) await settle();
  const measured = {
    ...(scenarios.has('idle') && { idle: await measureIdle(mesh) }),
    ...(scenarios.has('record') && { record: await measureRecords(mesh) }),
    ...(scenarios.has('vanish') && { vanishMs: await measureVanish(mesh) }),
  };
  return { start, ...measured, counts: (await mesh.cost()).counters };
}

export function isStarted(start: StartFigures | NotStarted): start is StartFigures {
  return !isNotStarted(start);
}

function isNotStarted(start: StartFigures | NotStarted): start is NotStarted {
  return 'leastKnown' in start;
}

/** Medians over the runs; of what a run measures several times, over all of these. */
export function summarizeRuns(peers: number, runs: readonly RunFigures[]): SizeFigures {
  const started = runs.map(({ start }) => start).filter(isStarted);
  const samples: Record<keyof Measured, readonly number[]> = {
    knownMs: started.map(({ knownMs }) => knownMs),
    linkedMs: started.map(({ linkedMs }) => linkedMs).filter((ms) => ms !== undefined),
    startBytes: started.map(({ bytes }) => bytes),
    startCpuMs: started.map(({ cpuMs }) => cpuMs),
    recordMs: runs.flatMap(({ record }) => record?.lastMs ?? []),
    recordBytes: runs.flatMap(({ record }) => record?.bytes ?? []),
    recordCpuMs: runs.flatMap(({ record }) => record?.cpuMs ?? []),
    vanishMs: runs.flatMap(({ vanishMs }) => vanishMs ?? []),
    idleBytesPerSecond: runs.flatMap(({ idle }) => idle?.bytesPerSecond ?? []),
    idleCpuShare: runs.flatMap(({ idle }) => idle?.cpuShare ?? []),
  };
  const measured = Object.entries(samples).filter(([, values]) => values.length > 0);
  const counts = runs.map((run) => run.counts).filter((count) => count !== undefined);
  return {
    peers,
    runs: runs.length,
    ...notStarted(runs),
    ...Object.fromEntries(measured.map(([name, values]) => [name, summarize(values)])),
    ...(counts.length > 0 && { counts }),
  };
}

function notStarted(runs: readonly RunFigures[]): Pick<SizeFigures, 'notStarted'> {
  const late = runs.map(({ start }) => start).filter(isNotStarted);
  const [first] = late;
  if (first === undefined) return {};
  const known = Math.min(...late.map(({ leastKnown }) => leastKnown));
  return { notStarted: { runs: late.length, limitMs: first.limitMs, known } };
}
