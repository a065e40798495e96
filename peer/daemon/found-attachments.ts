/**
 * Pods that run on this node and that the state doesn't know: it was lost, or it is an older copy.
 * The kernel tells that there is one, by the host end of its veth pair, and which addresses it has;
 * whose it is comes from hints. Reads nothing and changes nothing itself.
 */
import { podMac } from '../../plugin/pod-network.ts';
import { type Attachment, attachmentKey, foundKey } from '../ipam/attachment.ts';
import {
  type Address,
  type Cidr,
  containsAddress,
  equalAddresses,
  formatAddress,
  lastAddress,
} from '../ipam/cidr.ts';
import type { AddressWrite } from '../ipam/writes.ts';
import type { HostEnd } from '../kernel/host-ends.ts';

export interface Search {
  readonly ends: readonly HostEnd[];
  /** What our state has. */
  readonly known: readonly Attachment[];
  readonly vtep: readonly Address[];
  readonly universe: readonly Cidr[];
  /** What else tells whose an interface is, the most trusted first. Asked when it is needed. */
  readonly hints: () => readonly Attachment[];
}

export interface Found {
  /** To be committed together. */
  readonly writes: readonly AddressWrite[];
  readonly attachments: readonly Attachment[];
  /** What is in the kernel and can't be an attachment, each a sentence. */
  readonly refused: readonly string[];
}

/**
 * Every end that our state doesn't know as it is becomes an attachment. An attachment of the state
 * whose address such an end has, and whose own end is gone, is one of a pod that is gone: it ends.
 */
export function findAttachments({ ends, known, vtep, universe, hints }: Search): Found {
  const unknown = ends.filter((end) => !isKnown(end, known));
  if (unknown.length === 0) return { writes: [], attachments: [], refused: [] };
  const hinted = hints();
  const state = new Remaining(known, vtep);
  const refused: string[] = [];
  const attachments: Attachment[] = [];
  for (const end of unknown) {
    const attachment = attachmentOf(end, { hinted, universe });
    if (attachment.addresses.length === 0) continue;
    const user = state.makeRoom(attachment, ends);
    if (user === undefined) attachments.push(state.add(attachment));
    else refused.push(`${end.name} in the kernel has an address that ${user} has, too`);
  }
  const writes = [
    ...state.removed.map((key) => ({ type: 'remove-attachment', key }) as const),
    ...attachments.map((attachment) => ({ type: 'add-attachment', attachment }) as const),
  ];
  return { writes, attachments, refused };
}

/** The attachments of the state, while found ones take the places of those whose pods are gone. */
class Remaining {
  readonly removed: Attachment[] = [];
  #attachments: readonly Attachment[];
  readonly #vtep: readonly Address[];

  constructor(attachments: readonly Attachment[], vtep: readonly Address[]) {
    this.#attachments = attachments;
    this.#vtep = vtep;
  }

  /** Ends what `found` supersedes; answers who has an address of it and stays. */
  makeRoom(found: Attachment, ends: readonly HostEnd[]): string | undefined {
    if (shareAddress(this.#vtep, found.addresses)) return 'this peer itself';
    const inTheWay = this.#attachments.filter(
      (other) =>
        other.hostInterface === found.hostInterface ||
        shareAddress(other.addresses, found.addresses),
    );
    const alive = inTheWay.find(
      ({ hostInterface }) =>
        hostInterface !== found.hostInterface && ends.some(({ name }) => name === hostInterface),
    );
    if (alive !== undefined) return alive.hostInterface;
    this.#attachments = this.#attachments.filter((other) => !inTheWay.includes(other));
    this.removed.push(...inTheWay);
    return undefined;
  }

  /** Under its own key, unless another attachment has that. */
  add(found: Attachment): Attachment {
    const key = attachmentKey(found);
    const isTaken = this.#attachments.some((other) => attachmentKey(other) === key);
    const added = isTaken ? { ...found, ...foundKey(found.hostInterface) } : found;
    this.#attachments = [...this.#attachments, added];
    return added;
  }
}

/** The state may know the interface with other addresses: of an earlier pod of the same name. */
function isKnown({ name, addresses }: HostEnd, known: readonly Attachment[]): boolean {
  const attachment = known.find(({ hostInterface }) => hostInterface === name);
  if (attachment === undefined) return false;
  return addresses.every((one) => attachment.addresses.some((other) => equalAddresses(one, other)));
}

/** The kernel's word counts before a hint's. */
function attachmentOf(
  end: HostEnd,
  {
    hinted,
    universe,
  }: { readonly hinted: readonly Attachment[]; readonly universe: readonly Cidr[] },
): Attachment {
  const hint = hinted.find(({ hostInterface }) => hostInterface === end.name);
  const addresses = ([4, 6] as const)
    .flatMap((family) => {
      const told = [...end.addresses, ...(hint?.addresses ?? [])];
      return told.find((address) => address.family === family) ?? [];
    })
    .filter((address) => isGivenOut(address, universe));
  const { containerId, interfaceName } = hint ?? foundKey(end.name);
  return {
    containerId,
    interfaceName,
    addresses,
    hostInterface: end.name,
    podMac: end.podMac ?? hint?.podMac ?? podMac(addresses),
    podName: hint?.podName || end.alias,
  };
}

/** Whether a peer could ever have given it to a pod. */
function isGivenOut(address: Address, universe: readonly Cidr[]): boolean {
  const range = universe.find((one) => containsAddress(one, address));
  if (range === undefined) return false;
  return address.value !== range.address && address.value !== lastAddress(range);
}

function shareAddress(some: readonly Address[], others: readonly Address[]): boolean {
  return some.some((one) => others.some((other) => equalAddresses(one, other)));
}

/** For people: who was found, with which addresses. */
export function describeFound({ podName, hostInterface, addresses }: Attachment): string {
  return `${podName || hostInterface} (${addresses.map(formatAddress).join(', ')})`;
}
