/** A thread that plants a mistake and runs until it is found, or as often as it is told. */
import { parentPort, workerData } from 'node:worker_threads';
import { plantMistake } from '#test/support/mistake.ts';
import type { Mutant } from './mutants.ts';

const { mutant, from } = workerData as { readonly mutant: Mutant; readonly from: number };
const check = plantMistake(mutant);
const { Run } = await import('./run.ts');
check();

let runs = 0;
let violation: string | undefined;
while (violation === undefined && runs < mutant.runsMax) {
  ({ violation } = await new Run(from + runs).run());
  runs++;
}
parentPort?.postMessage({ runs, violation }, []);
