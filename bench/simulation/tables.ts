/** The simulation's figures as tables, for the terminal and for docs/BENCHMARKS.md alike. */
import { describe } from '../mesh/rows.ts';
import type { Summary } from '../result.ts';
import type { CpuName, Measured } from './measurement.ts';
import type { Spread } from './spread.ts';
import type { Kind, Start } from './start.ts';

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
  return { header: [...header, 'ratio (≤ 1.60)', 'copies', 'bytes a peer'], rows };
}

export function startTable(results: readonly StartRow[]): Table {
  const header = ['peers', 'start', 'all agree, after the last', 'lag of half', 'of 99 %'];
  const costs = ['last lag (≤ 150 ms)', 'its floor', 'KB sent a peer', '× floor (≤ 3)', 'copies'];
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
  return { header: ['peers', 'events', 'events/s (≥ 300000)', 'GB'], rows };
}

function milliseconds(summary: Summary): string {
  return `${describe(summary, (ms) => fixed(ms, ms < 100 ? 1 : 0))} ms`;
}

function fixed(value: number, digits = 2): string {
  return value.toFixed(digits);
}
