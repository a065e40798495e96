/**
 * Making and looking at a pod's interface through the hands: the veth pair from the host side, all
 * that is inside the pod from the pod's side. The host side's routes are the reconciler's business.
 */
import type { Attachment } from '../peer/ipam/attachment.ts';
import { type Address, bits } from '../peer/ipam/cidr.ts';
import { newAddress } from '../peer/kernel/netlink/address.ts';
import {
  changeLink,
  deleteLink,
  getLink,
  type Link,
  newVethPair,
  parseLink,
  setLinkUp,
} from '../peer/kernel/netlink/link.ts';
import type { Reply } from '../peer/kernel/netlink/exchange.ts';
import { describeErrno } from '../peer/kernel/netlink/message.ts';
import { newNeighbour } from '../peer/kernel/netlink/neighbour.ts';
import { newRoute, type Route } from '../peer/kernel/netlink/route.ts';
import { HOST_INTERFACE_MAC, ROUTE_PROTOCOL } from '../peer/overlay/names.ts';
import { CniError, CniErrorCode } from './cni-error.ts';
import { type Hands, HandsGone, type Side, type Sysctl } from './hands.ts';
import { podAlias, podGateway } from './pod-network.ts';

/** errno(3), the same on all architectures that Linux has containers on. */
const ENODEV = 19;
const ENOENT = 2;
const EEXIST = 17;

/** A request and the words for it, should the kernel refuse. */
interface Step {
  readonly what: string;
  readonly request: Uint8Array;
}

/** The link of this name, undefined if there is none. Throws CniError `ioFailure`. */
export async function findLink(hands: Hands, side: Side, name: string): Promise<Link | undefined> {
  const [reply] = await hands.exchange(side, [getLink({ name })]);
  if (reply === undefined || reply.error?.errno === ENODEV) return undefined;
  requireDone(reply, `look for ${name}`);
  return reply.messages.map((message) => parseLink(message)).find((link) => link !== undefined);
}

/**
 * Makes both ends, each in its namespace; the pod's stays down until wirePod. False if the host
 * end's name is taken: something of an earlier ADD was left over. Throws CniError `ioFailure`.
 */
export async function createVethPair(
  hands: Hands,
  attachment: Attachment,
  { netnsFd, mtu }: { readonly netnsFd: number; readonly mtu: number },
): Promise<boolean> {
  const { hostInterface, interfaceName, podMac, podName } = attachment;
  const request = newVethPair({
    host: { name: hostInterface, mac: HOST_INTERFACE_MAC, mtu },
    pod: { name: interfaceName, mac: podMac, mtu, netnsFd },
  });
  // The kernel takes no alias when it makes a link, only for one that is there.
  const setAlias = changeLink({ name: hostInterface }, { alias: podAlias(podName) });
  const [made, aliased] = await hands.exchange('host', [request, setAlias]);
  if (made?.error?.errno === EEXIST) return false;
  if (made !== undefined) requireDone(made, `make the pair ${hostInterface}, ${interfaceName}`);
  if (aliased !== undefined) requireDone(aliased, `set the alias of ${hostInterface}`);
  return true;
}

/** Deletes the host end, and so the pair. False if the hands could not: the peer has to do it. */
export async function deleteHostEnd(hands: Hands, name: string): Promise<boolean> {
  try {
    const [reply] = await hands.exchange('host', [deleteLink({ name })]);
    return reply !== undefined && (reply.error === undefined || reply.error.errno === ENODEV);
  } catch (error) {
    if (error instanceof HandsGone || error instanceof CniError) return false;
    throw error;
  }
}

/** Sysctls, then the links up, addresses, gateway and default route. Throws CniError `ioFailure`. */
export async function wirePod(hands: Hands, attachment: Attachment): Promise<void> {
  const link = await findLink(hands, 'pod', attachment.interfaceName);
  if (link === undefined)
    throw failure(`find ${attachment.interfaceName} in the pod`, 'it is gone');
  await setSysctls(hands, attachment);
  const steps = [
    { what: 'set lo up in the pod', request: setLinkUp({ name: 'lo' }) },
    { what: `set ${link.name} up in the pod`, request: setLinkUp({ index: link.index }) },
    ...attachment.addresses.flatMap((address) => addressSteps(link.index, address)),
  ];
  const replies = await hands.exchange(
    'pod',
    steps.map(({ request }) => request),
  );
  steps.forEach(({ what }, i) => {
    const reply = replies[i];
    if (reply !== undefined) requireDone(reply, what);
  });
}

function addressSteps(index: number, address: Address): readonly Step[] {
  const { family } = address;
  const gateway = podGateway(family);
  const prefixLength = bits(family);
  return [
    {
      what: `add the IPv${family} address`,
      request: newAddress({ index, address, prefixLength, noDad: true }),
    },
    {
      what: `add the IPv${family} gateway as a neighbour`,
      request: newNeighbour({ index, address: gateway, mac: HOST_INTERFACE_MAC, permanent: true }),
    },
    {
      what: `add the IPv${family} default route`,
      request: newRoute(defaultRoute(index, address)),
    },
  ];
}

function defaultRoute(index: number, address: Address): Route {
  const { family } = address;
  return {
    destination: { family, address: 0n, length: 0 },
    type: 'unicast',
    protocol: ROUTE_PROTOCOL,
    scope: 'universe',
    onlink: true,
    gateway: podGateway(family),
    index,
    source: address,
  };
}

/** A kernel without IPv6 has none of these files, which is as good. */
async function setSysctls(hands: Hands, attachment: Attachment): Promise<void> {
  const sysctls = podSysctls(attachment);
  const errors = await hands.writeSysctls(sysctls);
  const usesIpv6 = hasIpv6(attachment);
  sysctls.forEach(({ path }, i) => {
    const errno = errors[i] ?? 0;
    if (errno === 0 || (errno === ENOENT && !usesIpv6)) return;
    throw failure(`set ${path} in the pod`, describeErrno(errno));
  });
}

/**
 * Nothing on the link may give the pod another route or make it wait for its address. Runtimes
 * turn IPv6 off in a new namespace: with an IPv6 address it is turned on for our interface.
 */
function podSysctls(attachment: Attachment): readonly Sysctl[] {
  const setting = (leaf: string, value: number) => ({
    path: `net/ipv6/conf/${attachment.interfaceName}/${leaf}`,
    value,
  });
  const always = [setting('accept_ra', 0), setting('accept_dad', 0), setting('dad_transmits', 0)];
  return hasIpv6(attachment) ? [...always, setting('disable_ipv6', 0)] : always;
}

function hasIpv6({ addresses }: Attachment): boolean {
  return addresses.some(({ family }) => family === 6);
}

function requireDone({ error }: Reply, what: string): void {
  if (error !== undefined) throw failure(what, error.message);
}

function failure(what: string, why: string): CniError {
  return new CniError(CniErrorCode.ioFailure, `could not ${what}: ${why}`);
}
