/**
 * One measurement, in a process of its own: it gives its memory back, and the size of a heap can only
 * be given at the start of a process. Started with the measurement as JSON, it answers with JSON.
 */
import { execFile } from 'node:child_process';
import process from 'node:process';
import { promisify } from 'node:util';
import { DESIGN_CPU, MEASURED_CPU } from './models.ts';
import { type Speed, measureSpeed } from './speed.ts';
import { type Spread, measureSpread } from './spread.ts';
import { type Kind, type Start, measureStart } from './start.ts';

/** By what a new record costs a peer. */
export const CPUS = { '80 us': DESIGN_CPU, '145 us': MEASURED_CPU } as const;
export type CpuName = keyof typeof CPUS;

interface Sized {
  readonly peers: number;
  readonly seed: number;
}

/** What to measure, and what comes of it. */
export interface Measurements {
  /** By processor, the figures of each record. */
  readonly spread: { readonly options: Sized; readonly figures: Record<CpuName, Spread[]> };
  readonly start: { readonly options: Sized & { readonly kind: Kind }; readonly figures: Start };
  readonly speed: { readonly options: Sized; readonly figures: Speed };
}

export type Measured<Type extends keyof Measurements> = Measurements[Type]['figures'] & Cost;

/** Of the process that measured. */
interface Cost {
  readonly cpuSeconds: number;
  /** The most that it had at any time. */
  readonly gigabytes: number;
}

const RECORDS_PER_SEED = 5;
/** 10,000 directories of 10,000 records; Node gives itself 4 GB of whatever there is. */
const HEAP_MB = 15_000;
/** Frames are short-lived and many: a larger nursery is collected less often, and less of it is alive then. */
const NURSERY_MB = 64;

export async function measure<Type extends keyof Measurements>(
  type: Type,
  options: Measurements[Type]['options'],
): Promise<Measured<Type>> {
  const heap = [`--max-old-space-size=${HEAP_MB}`, `--max-semi-space-size=${NURSERY_MB}`];
  const args = [
    ...process.execArgv,
    ...heap,
    import.meta.filename,
    JSON.stringify({ type, options }),
  ];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Measured<Type>;
}

type Asked = { [Type in keyof Measurements]: Pick<Measurements[Type], 'options'> & { type: Type } };

function figuresOf(asked: Asked[keyof Asked]): Measurements[keyof Measurements]['figures'] {
  switch (asked.type) {
    case 'spread': {
      const names = Object.keys(CPUS) as CpuName[];
      const cpus = names.map((name) => CPUS[name]);
      const byCpu = measureSpread({ ...asked.options, cpus, records: RECORDS_PER_SEED });
      return Object.fromEntries(names.map((name, at) => [name, byCpu[at] ?? []])) as Record<
        CpuName,
        Spread[]
      >;
    }
    case 'start':
      return measureStart({ ...asked.options, cpu: DESIGN_CPU });
    case 'speed':
      return measureSpeed(asked.options);
  }
}

if (import.meta.main) {
  const figures = figuresOf(JSON.parse(process.argv[2] ?? '') as Asked[keyof Asked]);
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const cost: Cost = { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, gigabytes: maxRSS / 1e6 };
  process.stdout.write(JSON.stringify({ ...figures, ...cost }));
}
