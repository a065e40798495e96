/** Real time and chance. */
import { setTimeout } from 'node:timers/promises';
import type { Timing } from './quorum.ts';

export const systemTiming: Timing = {
  sleep: async (ms, signal) => {
    // The only rejection is the abort, and that ends the sleep as asked.
    await setTimeout(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  },
  random: () => Math.random(),
};
