/**
 * ADD: an address, a veth pair, the pod's end wired, the host's end converged, in this order. What
 * fails after the address was given takes everything back, unless the attachment was there before.
 */
import type { Attachment } from '../peer/ipam/attachment.ts';
import { describeErrno } from '../peer/kernel/netlink/message.ts';
import { type Answer, answerWithResult } from './answer.ts';
import { CniError, CniErrorCode } from './cni-error.ts';
import type { PluginContext } from './context.ts';
import { type Hands, HandsGone } from './hands.ts';
import type { AttachmentRequest } from './invocation.ts';
import { refuseUnsupported } from './network-config.ts';
import { hostInterfaceName, podMac } from './pod-network.ts';
import { createVethPair, findLink, wirePod } from './pod-wiring.ts';
import { resultDocument } from './result.ts';

/** errno(3): the path is not there. */
const ENOENT = 2;

/** Throws CniError; HandsGone if the launcher is gone, when nothing of this ADD is left either. */
export async function add(
  request: AttachmentRequest,
  hands: Hands,
  context: PluginContext,
): Promise<Answer> {
  refuseUnsupported(request.config);
  const netnsFd = requireNamespace(hands, request.sandbox);
  requireReady(context);
  await requireFreeName(request, hands);
  const existed = context.find(request.key) !== undefined;
  const attachment = await allocate(request, context);
  try {
    const mtu = context.podMtu();
    await attach({ attachment, netnsFd, mtu }, hands, context);
    return answerWithResult(resultOf(request, attachment, mtu));
  } catch (error) {
    await rollBack(attachment, { existed }, context);
    throw error;
  }
}

/** The launcher's descriptor of the pod's namespace. Throws CniError for one that can't be used. */
export function requireNamespace({ namespace }: Hands, path: string): number {
  if (namespace.type === 'open') return namespace.fd;
  if (namespace.type === 'own')
    throw new CniError(
      CniErrorCode.invalidNamespace,
      `CNI_NETNS is "${path}", the host's own network namespace: a pod needs one of its own`,
    );
  if (namespace.type === 'failed' && namespace.errno === ENOENT)
    throw new CniError(
      CniErrorCode.containerUnknown,
      `CNI_NETNS is "${path}", which does not exist: the container is gone`,
    );
  const why = namespace.type === 'failed' ? describeErrno(namespace.errno) : 'it was not opened';
  throw new CniError(
    CniErrorCode.invalidNamespace,
    `CNI_NETNS is "${path}", which is no network namespace that can be entered: ${why}`,
  );
}

function requireReady(context: PluginContext): void {
  const readiness = context.readiness();
  if (readiness.ready) return;
  throw new CniError(CniErrorCode.tryAgainLater, `weft can't attach pods yet: ${readiness.reason}`);
}

/**
 * Code 4, because it is the value of CNI_IFNAME that can't be used in this namespace. Asked before
 * anything is made, so that nothing has to be taken back.
 */
async function requireFreeName({ key, sandbox }: AttachmentRequest, hands: Hands): Promise<void> {
  if ((await findLink(hands, 'pod', key.interfaceName)) === undefined) return;
  throw new CniError(
    CniErrorCode.invalidEnvironment,
    `CNI_IFNAME is "${key.interfaceName}", but ${sandbox} has an interface of this name already: ` +
      'DEL it first, or choose another name',
  );
}

function allocate(
  { key, podName }: AttachmentRequest,
  context: PluginContext,
): Promise<Attachment> {
  return context.allocate({ key, podName, hostInterface: hostInterfaceName(key), podMac });
}

async function attach(
  made: { readonly attachment: Attachment; readonly netnsFd: number; readonly mtu: number },
  hands: Hands,
  context: PluginContext,
): Promise<void> {
  const { attachment } = made;
  if (!(await createVethPair(hands, attachment, made))) {
    // The pod has no such interface, so this end belongs to a pair whose ADD was cut off.
    await context.deleteHostInterface(attachment.hostInterface);
    if (!(await createVethPair(hands, attachment, made)))
      throw new CniError(
        CniErrorCode.ioFailure,
        `${attachment.hostInterface} or ${attachment.interfaceName} exists already: DEL and try again`,
      );
  }
  await wirePod(hands, attachment);
  await context.converge(attachment.hostInterface);
  if (hands.gone) throw new HandsGone('the launcher left before its answer');
}

/**
 * Never throws: the ADD's own error is what the runtime must hear. If the interface can't be deleted
 * the address stays taken; the DEL that follows a failed ADD tries both again.
 */
async function rollBack(
  { hostInterface, containerId, interfaceName }: Attachment,
  { existed }: { readonly existed: boolean },
  context: PluginContext,
): Promise<void> {
  try {
    await context.deleteHostInterface(hostInterface);
    if (!existed) await context.release({ containerId, interfaceName });
  } catch (error) {
    context.log.error({ err: error, containerId, interfaceName }, 'could not take back an ADD');
  }
}

function resultOf(request: AttachmentRequest, attachment: Attachment, mtu: number): object {
  const { hostInterface, interfaceName, podMac, addresses } = attachment;
  const { config, sandbox } = request;
  return resultDocument(config.cniVersion, {
    hostInterface,
    podInterface: interfaceName,
    podMac,
    sandbox,
    mtu,
    addresses,
    dns: config.dns,
  });
}
