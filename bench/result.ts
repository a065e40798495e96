/** What benchmarks have in common: a summary of several runs, and the file that is committed. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { dirname } from 'node:path';
import process from 'node:process';

export interface Summary {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly samples: number;
}

export function summarize(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  return {
    median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
    least: sorted[0] ?? Number.NaN,
    most: sorted.at(-1) ?? Number.NaN,
    samples: sorted.length,
  };
}

/** Writes the figures as JSON, with what they were measured on. */
export function writeResult(file: string, figures: Readonly<Record<string, unknown>>): void {
  const result = {
    measuredAt: new Date().toISOString(),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    node: process.version,
    kernel: release(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    ...figures,
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(result, undefined, 2)}\n`);
}

export function percent(summary: Summary): string {
  return spread(summary, (share) => (share * 100).toFixed(2), ' %');
}

export function megabytes(summary: Summary): string {
  return spread(summary, (bytes) => (bytes / 1e6).toFixed(0), ' MB');
}

export function seconds(summary: Summary): string {
  return spread(summary, (ms) => (ms / 1000).toFixed(1), ' s');
}

function spread(
  { median, least, most }: Summary,
  format: (value: number) => string,
  unit: string,
): string {
  return `${format(median)}${unit} (${format(least)} to ${format(most)})`;
}
