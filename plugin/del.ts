/**
 * DEL: takes the veth pair and the attachment away. Needs no namespace, no result and no state, and
 * may come as often as the runtime likes.
 */
import { type Answer, DONE } from './answer.ts';
import type { PluginContext } from './context.ts';
import type { Hands } from './hands.ts';
import type { AttachmentRequest } from './invocation.ts';
import { hostInterfaceName } from './pod-network.ts';
import { deleteHostEnd } from './pod-wiring.ts';

/** The interface goes first: an address must not be free while something still answers to it. */
export async function del(
  { key }: AttachmentRequest,
  hands: Hands,
  context: PluginContext,
): Promise<Answer> {
  const hostInterface = context.find(key)?.hostInterface ?? hostInterfaceName(key);
  // The kernel takes about 15 ms for it, in which the launcher can wait and the peer should not.
  const isDeleted = await deleteHostEnd(hands, hostInterface);
  if (!isDeleted) await context.deleteHostInterface(hostInterface);
  await context.release(key);
  return DONE;
}
