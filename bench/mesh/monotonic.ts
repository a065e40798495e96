/** One clock for all processes of a bench. */
import process from 'node:process';

/** Milliseconds of CLOCK_MONOTONIC, which all processes of a machine share (clock_gettime(2)). */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
