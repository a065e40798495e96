/** STATUS: whether an ADD would be served now, and if not, why. */
import { type Answer, DONE } from './answer.ts';
import { CniError, CniErrorCode } from './cni-error.ts';
import type { PluginContext } from './context.ts';

/** Throws CniError `notAvailable`. */
export function status(context: PluginContext): Answer {
  const readiness = context.readiness();
  if (readiness.ready) return DONE;
  throw new CniError(CniErrorCode.notAvailable, `weft can't serve ADD: ${readiness.reason}`);
}
