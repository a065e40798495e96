/**
 * GC: not served. It must free what is not listed of one network and nothing else, and an attachment
 * does not say yet which network it belongs to; doing nothing would hide leaks.
 */
import { CniError, CniErrorCode } from './cni-error.ts';
import type { NetworkRequest } from './invocation.ts';

/** Throws CniError `notServed`. */
export function gc({ config }: NetworkRequest): never {
  throw new CniError(
    CniErrorCode.notServed,
    `GC is not served by this version of weft: nothing of network "${config.name}" was freed; ` +
      'DEL what is left over, or set "disableGC" in the configuration list',
  );
}
