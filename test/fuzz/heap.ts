/** How much memory is in use once everything that is garbage is collected. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// The flag has an effect on contexts that are made after it.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What the first collection finds to be garbage may hold bytes that only the next ones free. */
const COLLECTIONS = 3;

export function measureHeapBytes(): number {
  for (let n = 0; n < COLLECTIONS; n++) collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
