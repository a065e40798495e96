/** How properties run: as often as RUNS says, with SEED if it is set, and a failure tells both. */
import * as fc from 'fast-check';

/** For fc.assert, with properties of either kind. `runs`: how often if RUNS is not set. */
export function propertyOptions<Values>(runs: number): fc.Parameters<Values> {
  const { SEED: seed, RUNS: runsSet } = process.env;
  return {
    numRuns: Number(runsSet ?? runs),
    ...(seed !== undefined && { seed: Number(seed) }),
    reporter: reportFailure,
  };
}

function reportFailure<Values>(details: fc.RunDetails<Values>): void {
  if (!details.failed) return;
  const repeat = `SEED=${details.seed} RUNS=${details.numRuns} before the command repeats it.`;
  const message = `${repeat}\n${fc.defaultReportMessage(details) ?? ''}`;
  throw new Error(message, { cause: details.errorInstance });
}
