/**
 * CHECK: finds each thing that ADD made, and says all that is missing. What later plugins of the
 * chain may change (MAC, MTU, further addresses and routes) is not compared.
 */
import type { Attachment } from '../peer/ipam/attachment.ts';
import { type Address, bits, equalAddresses, formatAddress } from '../peer/ipam/cidr.ts';
import { dumpAddresses, parseInterfaceAddress } from '../peer/kernel/netlink/address.ts';
import type { Link } from '../peer/kernel/netlink/link.ts';
import type { Message } from '../peer/kernel/netlink/message.ts';
import { dumpNeighbours, parseNeighbour } from '../peer/kernel/netlink/neighbour.ts';
import { dumpRoutes, type ObservedRoute, parseRoute } from '../peer/kernel/netlink/route.ts';
import { HOST_INTERFACE_MAC } from '../peer/overlay/names.ts';
import { requireNamespace } from './add.ts';
import { type Answer, DONE } from './answer.ts';
import { CniError, CniErrorCode } from './cni-error.ts';
import type { PluginContext } from './context.ts';
import { dump } from './dump.ts';
import type { Hands } from './hands.ts';
import type { AttachmentRequest } from './invocation.ts';
import { podGateway } from './pod-network.ts';
import { findLink } from './pod-wiring.ts';

/** Throws CniError `attachmentDamaged` that names everything that is missing. */
export async function check(
  request: AttachmentRequest,
  hands: Hands,
  context: PluginContext,
): Promise<Answer> {
  const { key, config, sandbox } = request;
  if (config.prevResult === undefined)
    throw new CniError(
      CniErrorCode.invalidNetworkConfig,
      '"prevResult" of the network configuration is missing: CHECK needs the result of ADD',
    );
  requireNamespace(hands, sandbox);
  const attachment = context.find(key);
  const missing =
    attachment === undefined
      ? ['the attachment itself: weft has given it no address']
      : [
          ...(await findMissingOnHost(hands, attachment)),
          ...(await findMissingInPod(hands, attachment)),
        ];
  if (missing.length === 0) return DONE;
  throw new CniError(
    CniErrorCode.attachmentDamaged,
    `${key.interfaceName} of ${key.containerId} is not as ADD made it; missing: ${missing.join('; ')}`,
  );
}

async function findMissingOnHost(hands: Hands, attachment: Attachment): Promise<readonly string[]> {
  const { hostInterface, addresses } = attachment;
  const link = await findLink(hands, 'host', hostInterface);
  if (link === undefined) return [`${hostInterface} on the host`];
  const missing = link.up ? [] : [`${hostInterface} on the host is down`];
  for (const address of addresses) {
    const routes = await dumpAs(hands, 'host', dumpRoutes(address.family), parseRoute);
    if (!routes.some((route) => leadsToPod(route, link, address)))
      missing.push(`the host's route to ${formatAddress(address)}`);
  }
  return missing;
}

async function findMissingInPod(hands: Hands, attachment: Attachment): Promise<readonly string[]> {
  const { interfaceName, addresses } = attachment;
  const link = await findLink(hands, 'pod', interfaceName);
  if (link === undefined) return [`${interfaceName} in the pod`];
  const missing = link.up ? [] : [`${interfaceName} in the pod is down`];
  for (const address of addresses)
    missing.push(...(await findMissingOfAddress(hands, link, address)));
  return missing;
}

async function findMissingOfAddress(
  hands: Hands,
  { index }: Link,
  address: Address,
): Promise<readonly string[]> {
  const gateway = podGateway(address.family);
  const addresses = await dumpAs(hands, 'pod', dumpAddresses({ index }), parseInterfaceAddress);
  const neighbours = await dumpAs(hands, 'pod', dumpNeighbours({ index }), parseNeighbour);
  const routes = await dumpAs(hands, 'pod', dumpRoutes(address.family), parseRoute);
  const found: readonly [string, boolean][] = [
    [
      `the address ${formatAddress(address)}`,
      addresses.some((one) => equalAddresses(one.address, address)),
    ],
    [
      `the neighbour entry of ${formatAddress(gateway)}`,
      neighbours.some(
        (one) => equalAddresses(one.address, gateway) && one.mac === HOST_INTERFACE_MAC,
      ),
    ],
    [
      `the default route of IPv${address.family}`,
      routes.some((route) => leadsToGateway(route, gateway)),
    ],
  ];
  return found.flatMap(([what, isThere]) => (isThere ? [] : [what]));
}

function leadsToPod(
  { destination, index }: ObservedRoute,
  link: Link,
  { family, value }: Address,
): boolean {
  const { address, length } = destination;
  return index === link.index && length === bits(family) && address === value;
}

function leadsToGateway({ destination, gateway }: ObservedRoute, wanted: Address): boolean {
  return destination.length === 0 && gateway !== undefined && equalAddresses(gateway, wanted);
}

async function dumpAs<T>(
  hands: Hands,
  side: 'host' | 'pod',
  request: Uint8Array,
  parse: (message: Message) => T | undefined,
): Promise<readonly T[]> {
  const messages = await dump(hands, side, request);
  return messages.map((message) => parse(message)).filter((one) => one !== undefined);
}
