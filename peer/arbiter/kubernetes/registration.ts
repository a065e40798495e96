/**
 * What a Lease says about who is a member, and what it becomes by registering and removing. Pure.
 *
 * The Lease peer-NODE is the registration of one name: its holder is the name's identity, and those
 * that had the name before are kept beside it, so that none comes back. If the Lease goes with its
 * Node, that memory goes too. This is safe: a peer notes durably that it has registered before it
 * holds anything, and one that has never registers that identity again (daemon/join.ts); the memory
 * only stops a request that was under way when it was overtaken, and CAS stops most of these.
 */
import { createHash } from 'node:crypto';
import { type PeerId, parsePeerId } from '../../mesh/peer-id.ts';
import { ArbiterRefusal, ArbiterUnavailable } from '../arbiter.ts';
import { EMPTY_REGISTRY, type Entry, type Registry, changes, describeRefusal } from '../log.ts';
import type { Lease, LeaseContent } from './lease-store.ts';

export const GENESIS = 'genesis';
export const EXECUTOR = 'executor';
const PEER_PREFIX = 'peer-';

/** Names of objects are DNS subdomains (RFC 1123), lower case. */
const LEASE_NAME_PATTERN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LEASE_NAME_LENGTH_MAX = 253;
const NAME_HASH_LENGTH = 40;

/**
 * Identities that are remembered of one name, the newest. A node that lost its state as often is
 * broken, and a request that was under way for as long is not there.
 */
export const RETIRED_MAX = 16;

type Registering = Extract<Entry, { type: 'register' }>;
type Removing = Extract<Entry, { type: 'remove' }>;

export interface Registration {
  /** Of the node. */
  readonly name: string;
  /** Undefined: it was removed. */
  readonly holder: PeerId | undefined;
  /** Oldest first. */
  readonly retired: readonly PeerId[];
}

/** Whether it says who founded, who is a member or who is the executor. */
export function isOfRegistry({ name }: Lease): boolean {
  return name === GENESIS || name === EXECUTOR || name.startsWith(PEER_PREFIX);
}

/** Node names are names of objects too, but with the prefix one may be too long. */
export function leaseNameOf(nodeName: string): string {
  const leaseName = PEER_PREFIX + nodeName;
  if (leaseName.length <= LEASE_NAME_LENGTH_MAX && LEASE_NAME_PATTERN.test(leaseName)) {
    return leaseName;
  }
  const hash = createHash('sha256').update(nodeName).digest('hex');
  return PEER_PREFIX + hash.slice(0, NAME_HASH_LENGTH);
}

/** The identity that a Lease of one holder names: genesis, executor. Throws ArbiterUnavailable. */
export function readHolder(lease: Lease): PeerId {
  const holder = parsePeerId(lease.holder ?? '');
  if (holder === undefined) throw damaged(lease, holderProblem(lease));
  return holder;
}

/** Throws ArbiterUnavailable, naming the Lease, if somebody else has written what we can't read. */
export function readRegistration(lease: Lease): Registration {
  const name = lease.node ?? lease.name.slice(PEER_PREFIX.length);
  if (leaseNameOf(name) !== lease.name) {
    throw damaged(lease, `it is not the Lease of the node "${name}", as its annotation says`);
  }
  const retired = parseRetired(lease);
  const wasRemoved = lease.holder === undefined && retired.length > 0;
  return { name, holder: wasRemoved ? undefined : readHolder(lease), retired };
}

/** What to write so that the identity is the name's; undefined if it is. Throws ArbiterRefusal. */
export function planRegistration(
  lease: Lease | undefined,
  entry: Registering,
): LeaseContent | undefined {
  const registration = registrationIn(lease, entry.name);
  if (registration.holder === entry.id) return undefined;
  const registry = registryOf(registration);
  if (!changes(registry, entry)) throw new ArbiterRefusal(describeRefusal(registry, entry));
  return contentOf({ ...retire(registration), holder: entry.id });
}

/** What to write so that the identity is not the name's; undefined if it is not. */
export function planRemoval(lease: Lease | undefined, entry: Removing): LeaseContent | undefined {
  const registration = registrationIn(lease, entry.name);
  if (!changes(registryOf(registration), entry)) return undefined;
  return contentOf({ ...retire(registration), holder: undefined });
}

/** Node name of each member, in the order of the Leases' names. Throws ArbiterUnavailable. */
export function membersIn(leases: readonly Lease[]): ReadonlyMap<PeerId, string> {
  const members = new Map<PeerId, string>();
  const registrations = leases.filter(({ name }) => name.startsWith(PEER_PREFIX));
  for (const lease of registrations.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const { name, holder } = readRegistration(lease);
    if (holder === undefined) continue;
    const other = members.get(holder);
    if (other !== undefined) {
      throw damaged(lease, `its holder ${holder} is the holder of ${leaseNameOf(other)} too`);
    }
    members.set(holder, name);
  }
  return members;
}

function registrationIn(lease: Lease | undefined, name: string): Registration {
  if (lease === undefined) return { name, holder: undefined, retired: [] };
  const registration = readRegistration(lease);
  if (registration.name === name) return registration;
  throw damaged(lease, `it is the node "${registration.name}"'s and not "${name}"'s`);
}

/** The registry as far as this name goes. */
function registryOf({ name, holder, retired }: Registration): Registry {
  const held: readonly PeerId[] = holder === undefined ? [] : [holder];
  return {
    ...EMPTY_REGISTRY,
    identities: new Map(held.map((id) => [name, id])),
    registered: new Set([...retired, ...held]),
  };
}

function retire({ name, holder, retired }: Registration): Registration {
  if (holder === undefined) return { name, holder, retired };
  return { name, holder: undefined, retired: [...retired, holder].slice(-RETIRED_MAX) };
}

function contentOf({ name, holder, retired }: Registration): LeaseContent {
  return { holder, node: name, retired: retired.length === 0 ? undefined : retired.join(',') };
}

function parseRetired(lease: Lease): readonly PeerId[] {
  if (lease.retired === undefined) return [];
  return lease.retired.split(',').map((text) => {
    const id = parsePeerId(text);
    if (id === undefined) throw damaged(lease, `"${text}" among its retired is no peer id`);
    return id;
  });
}

function holderProblem({ holder }: Lease): string {
  return holder === undefined ? 'it has no holderIdentity' : `its holder "${holder}" is no peer id`;
}

/** Leaving it out would make a member look removed; so nothing is decided until it is repaired. */
function damaged({ name }: Lease, problem: string): ArbiterUnavailable {
  const ifGone = name.startsWith(PEER_PREFIX) ? ', or delete it if its node is gone' : '';
  return new ArbiterUnavailable(
    `the Lease "${name}" can't be read: ${problem}; put it back as it was${ifGone}`,
    { reachable: [] },
  );
}
