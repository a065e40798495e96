/** Reads whole lists of kernel objects through the hands, and again if they changed meanwhile. */
import { isInterruptedDump, type Message } from '../peer/kernel/netlink/message.ts';
import { CniError, CniErrorCode } from './cni-error.ts';
import type { Hands, Side } from './hands.ts';

/** A pod's few objects are read in microseconds: more interruptions than this are no accident. */
const DUMP_ATTEMPTS_MAX = 5;

/** All messages of a consistent dump. Throws CniError `ioFailure`. */
export async function dump(
  hands: Hands,
  side: Side,
  request: Uint8Array,
): Promise<readonly Message[]> {
  for (let attempt = 0; attempt < DUMP_ATTEMPTS_MAX; attempt++) {
    const [reply] = await hands.exchange(side, [request]);
    if (reply === undefined) break;
    if (reply.error !== undefined)
      throw new CniError(
        CniErrorCode.ioFailure,
        `could not read the kernel: ${reply.error.message}`,
      );
    if (!reply.messages.some(isInterruptedDump)) return reply.messages;
  }
  throw new CniError(
    CniErrorCode.ioFailure,
    "the kernel's state changed faster than it could be read",
  );
}
