/** Mistakes that somebody might make in the code under test, each with the scenario that finds it. */
import type { Mistake } from './mistake.ts';

export const MISTAKES: readonly Mistake[] = [
  {
    name: 'a record is published before it is written',
    file: 'peer/core/core.ts',
    text: 'return this.#after(writes, [...publish, ...then]);',
    replacement: 'return [...publish, ...this.#after(writes, then)];',
    scenario: 'cold-start',
    seedsMax: 5,
  },
];
