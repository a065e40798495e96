/** How much memory is in use once everything that is garbage is collected. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// The flag has an effect on contexts that are made after it.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

export function measureHeapBytes(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
