/**
 * What a peer of the bench is, made from its number alone, so that every process knows everybody
 * without being told: identity, endpoint, and the state on disk of a member that holds a block.
 */
import { assert } from '#peer/assert.ts';
import { parseAddress, parseCidr } from '#peer/ipam/parse.ts';
import { type Durable, EMPTY_DURABLE } from '#peer/ipam/durable.ts';
import type { View } from '#peer/ipam/custody-state.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import type { Endpoint, Profile } from '#peer/mesh/record.ts';
import { testIdentity } from '#test/support/records.ts';
import { parseClusterKeys } from '#peer/transport/cluster-keys.ts';
import type { Credentials } from '#peer/transport/handshake.ts';
import { clusterHash, type Identity } from '#peer/wire/identity.ts';

/** So that a profile and what is held take 200 bytes: what memberlist gets as metadata of a node. */
const NAME_CHARACTERS = 106;
const CONTROL_PORT = 6783;
const VXLAN_PORT = 6784;
/** Addresses of a block that a peer holds: one /26 each leaves room for 16,384 peers. */
const BLOCK_ADDRESSES = 64;
const FIRST_BLOCK = 10 * 2 ** 24 + 32 * 2 ** 16;

export const UNIVERSE = [parseCidr('10.32.0.0/12')];
const CLUSTER_NAME = 'bench';
const CLUSTER = clusterHash(CLUSTER_NAME);
const KEYS = parseClusterKeys('the key of the bench', 'the bench');
const REGISTERED_REV = 1n;

export function identityOf(n: number): Identity {
  return testIdentity(n);
}

/** One loopback address each (RFC 1122 §3.2.1.3 gives all of 127/8), and the port of a real peer. */
export function endpointOf(n: number): Endpoint {
  assert(n >= 0 && n < 2 ** 16, `peer ${n} has an address`);
  return { address: parseAddress(addressTextOf(n)), port: CONTROL_PORT };
}

export function addressTextOf(n: number): string {
  return `127.1.${n >> 8}.${n & 0xff}`;
}

export function credentialsOf(n: number): Credentials {
  return {
    identity: identityOf(n),
    name: nameOf(n),
    cluster: CLUSTER,
    clusterName: CLUSTER_NAME,
    keys: KEYS,
    configDigest: new Uint8Array(16),
  };
}

/** `endpoint`: where it says that it accepts links. */
export function profileOf(n: number, endpoint: Endpoint = endpointOf(n)): Profile {
  const mac = `02:00:00:00:${hexOf(n >> 8)}:${hexOf(n & 0xff)}`;
  return {
    name: nameOf(n),
    endpoints: [endpoint],
    vtep: { underlay: endpoint.address, port: VXLAN_PORT, mac, overlay: [] },
  };
}

/** The arbiter's list: everybody is registered beforehand. */
export function viewOf(ids: readonly PeerId[]): View {
  return { rev: REGISTERED_REV, members: new Map(ids.map((id, n) => [id, nameOf(n)])) };
}

/** The disk of a member that was stopped: it holds a block and an overlay address out of it. */
export function durableOf(n: number, view: View): Durable {
  const founder = view.members.keys().next().value;
  const first = FIRST_BLOCK + n * BLOCK_ADDRESSES;
  const block = { cidr: parseCidr(`${textOf(first)}/26`), term: 2 };
  const custody = { hold: [block], view, registeredRev: REGISTERED_REV, founder };
  return {
    ...EMPTY_DURABLE,
    custody: { ...EMPTY_DURABLE.custody, ...custody },
    vtep: [parseAddress(textOf(first + 1))],
  };
}

function nameOf(n: number): string {
  return `node-${n}-`.padEnd(NAME_CHARACTERS, 'x');
}

function textOf(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}

function hexOf(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
