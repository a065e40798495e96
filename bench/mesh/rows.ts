/** The figures as rows of a table, for the terminal and for docs/BENCHMARKS.md alike. */
import type { Summary } from '../result.ts';
import type { Measured, SizeFigures } from './run.ts';
import { TARGETS, WEAVE } from './targets.ts';

export const HEADER = ['what', 'weft', 'target', 'memberlist', 'weave mesh'];

interface Quantity {
  readonly name: keyof Measured;
  readonly title: string;
  readonly format: (value: number) => string;
}

const seconds = (ms: number): string => `${fixed(ms / 1000)} s`;
const milliseconds = (ms: number): string => (ms < 1_000 ? `${fixed(ms)} ms` : seconds(ms));
const kilobytes = (bytes: number): string => `${fixed(bytes / 1000)} KB`;

const QUANTITIES: readonly Quantity[] = [
  { name: 'knownMs', title: 'start: all know all', format: seconds },
  { name: 'linkedMs', title: 'start: and all links are up', format: seconds },
  { name: 'startBytes', title: 'start: sent a peer', format: kilobytes },
  { name: 'startCpuMs', title: 'start: CPU a peer', format: milliseconds },
  { name: 'recordMs', title: 'one record to all', format: milliseconds },
  { name: 'recordBytes', title: 'one record: sent a peer', format: kilobytes },
  { name: 'recordCpuMs', title: 'one record: CPU a peer', format: milliseconds },
  { name: 'vanishMs', title: 'host vanishes: all know', format: seconds },
  { name: 'idleBytesPerSecond', title: 'idle: sent a second, a peer', format: kilobytes },
  {
    name: 'idleCpuShare',
    title: 'idle: of one core, a peer',
    format: (share) => `${fixed(share * 100)} %`,
  },
];

/** A row for each quantity that was measured of ours; see HEADER. */
export function rowsOf(ours: SizeFigures, rival?: SizeFigures): readonly (readonly string[])[] {
  return QUANTITIES.flatMap(({ name, title, format }) => {
    const target = TARGETS[ours.peers]?.[name];
    const quoted = WEAVE[ours.peers]?.[name];
    const weft = cell(ours, name, format);
    if (weft === '') return [];
    const bound = target === undefined ? '' : `≤ ${format(target)}`;
    return [
      [title, weft, bound, cell(rival, name, format), quoted === undefined ? '' : format(quoted)],
    ];
  });
}

/** What of ours is above its target, in the median. */
export function missedOf(ours: SizeFigures) {
  return QUANTITIES.flatMap(({ name, title, format }) => {
    const [target, summary] = [TARGETS[ours.peers]?.[name], ours[name]];
    if (target === undefined || summary === undefined || summary.median <= target) return [];
    return [{ name, title, measured: describe(summary, format), target: `≤ ${format(target)}` }];
  });
}

function cell(
  figures: SizeFigures | undefined,
  name: keyof Measured,
  format: (value: number) => string,
): string {
  const summary = figures?.[name];
  if (summary !== undefined) return describe(summary, format);
  const isOfStart = name === 'knownMs' || name === 'linkedMs';
  if (!isOfStart || figures?.notStarted === undefined) return '';
  const { limitMs, known } = figures.notStarted;
  return `not in ${seconds(limitMs)}: one knew ${known}`;
}

/** "median (least to most)", or the one value there is. */
export function describe(
  { median, least, most, samples }: Summary,
  format: (value: number) => string,
): string {
  if (samples === 1) return format(median);
  return `${format(median)} (${format(least)} to ${format(most)})`;
}

/** Three digits that mean something. */
function fixed(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
