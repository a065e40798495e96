/** The simulation's figures as tables, for the terminal and for docs/BENCHMARKS.md alike. */
import { describe } from '../mesh/rows.ts';
import type { Missed } from '../page-parts.ts';
import type { Summary } from '../result.ts';
import type { CpuName, Measured } from './measurement.ts';
import type { Spread } from './spread.ts';
import type { Kind, Start } from './start.ts';
import {
  EVENTS_PER_SECOND_MIN,
  SPREAD_RATIO_MAX,
  START_BYTES_RATIO_MAX,
  START_LAST_LAG_MS,
} from './targets.ts';

type Summarized<T> = Readonly<Record<keyof T, Summary>>;

export interface SpreadRow extends Summarized<Spread> {
  readonly peers: number;
  readonly cpuPerNewRecord: CpuName;
}

export interface StartRow extends Summarized<Start> {
  readonly peers: number;
  readonly kind: Kind;
  readonly cpuSeconds: Summary;
  readonly gigabytes: Summary;
}

export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function spreadTable(results: readonly SpreadRow[]): Table {
  const header = ['peers', 'CPU a new record', 'half have it', 'all have it', 'shortest path'];
  const rows = results.map((result) => [
    String(result.peers),
    result.cpuPerNewRecord,
    milliseconds(result.p50Ms),
    milliseconds(result.lastMs),
    milliseconds(result.limitMs),
    describe(result.ratio, fixed),
    fixed(result.copies.median),
    fixed(result.bytesPerPeer.median, 0),
  ]);
  return { header: [...header, `ratio (≤ ${SPREAD_RATIO_MAX})`, 'copies', 'bytes a peer'], rows };
}

export function startTable(results: readonly StartRow[]): Table {
  const header = ['peers', 'start', 'all agree, after the last', 'lag of half', 'of 99 %'];
  const costs = [
    `last lag (≤ ${START_LAST_LAG_MS} ms)`,
    'its floor',
    'KB sent a peer',
    `× floor (≤ ${START_BYTES_RATIO_MAX})`,
    'copies',
  ];
  const rows = results.map((result) => [
    String(result.peers),
    result.kind,
    milliseconds(result.agreedMs),
    milliseconds(result.lagP50Ms),
    milliseconds(result.lagP99Ms),
    milliseconds(result.lagLastMs),
    milliseconds(result.lagFloorMs),
    fixed(result.sentBytesPerPeer.median / 1e3, 0),
    describe(result.ratio, fixed),
    fixed(result.copies.median),
    fixed(result.links.median, 0),
    fixed(result.cpuSeconds.median, 0),
    fixed(result.gigabytes.median, 1),
  ]);
  return { header: [...header, ...costs, 'links', 'CPU s', 'GB'], rows };
}

export function speedTable(results: readonly Measured<'speed'>[]): Table {
  const rows = results.map(({ peers, events, eventsPerSecond, gigabytes }) => [
    String(peers),
    String(events),
    String(Math.round(eventsPerSecond)),
    gigabytes.toFixed(1),
  ]);
  return { header: ['peers', 'events', `events/s (≥ ${EVENTS_PER_SECOND_MIN})`, 'GB'], rows };
}

export function missedSpreads(results: readonly SpreadRow[]): readonly Missed[] {
  return results
    .filter(({ ratio }) => ratio.median > SPREAD_RATIO_MAX)
    .map(({ peers, cpuPerNewRecord, ratio }) => ({
      what: `one record to all, ${peers} simulated peers, ${cpuPerNewRecord} a record`,
      measured: describe(ratio, fixed),
      target: `≤ ${SPREAD_RATIO_MAX} of the shortest path`,
    }));
}

export function missedStarts(results: readonly StartRow[]): readonly Missed[] {
  return results.flatMap(({ peers, kind, lagLastMs, lagFloorMs, ratio }) => {
    const what = `${peers} simulated peers at once, ${kind}`;
    const lag = {
      what: `${what}, last lag`,
      measured: milliseconds(lagLastMs),
      target: `≤ ${START_LAST_LAG_MS} ms`,
      why:
        lagFloorMs.median > START_LAST_LAG_MS
          ? `of the last lag ${milliseconds(lagFloorMs)} is what the processor of whoever starts last takes for what it has to verify, whatever the protocol`
          : undefined,
    };
    const bytes = {
      what: `${what}, bytes sent`,
      measured: describe(ratio, fixed),
      target: `≤ ${START_BYTES_RATIO_MAX} × floor`,
    };
    return [
      ...(lagLastMs.median > START_LAST_LAG_MS ? [lag] : []),
      ...(ratio.median > START_BYTES_RATIO_MAX ? [bytes] : []),
    ];
  });
}

export function missedSpeeds(results: readonly Measured<'speed'>[]): readonly Missed[] {
  return results
    .filter(({ eventsPerSecond }) => eventsPerSecond < EVENTS_PER_SECOND_MIN)
    .map(({ peers, eventsPerSecond }) => ({
      what: `the simulator, ${peers} peers`,
      measured: `${Math.round(eventsPerSecond)} events/s in one run`,
      target: `≥ ${EVENTS_PER_SECOND_MIN}`,
    }));
}

function milliseconds(summary: Summary): string {
  return `${describe(summary, (ms) => fixed(ms, ms < 100 ? 1 : 0))} ms`;
}

function fixed(value: number, digits = 2): string {
  return value.toFixed(digits);
}
