/** The names of what a run counts. Apart, because nothing here may load the code under test. */

/** What is counted over all runs; the rare ones must have been reached when there are many. */
export const COUNTED = [
  'grants',
  'accepted',
  'accepted of a removed peer',
  'grants ended by a list',
  'registered',
  'removed',
  'crashes',
  'states lost',
  'censuses that waited',
  'censuses begun anew',
  'blocks reclaimed',
  'grants to heirs',
  'carried-over blocks handed over',
  'executors after the first',
  'fenced: removed',
  'fenced: older disk',
  'fenced: another copy',
  'pods',
  'pods on carried-over addresses of another',
] as const;
export type Counted = (typeof COUNTED)[number];
