/** Peers, views and attachments for tests of ownership. */
import assert from 'node:assert/strict';
import type { Cidr } from '#peer/ipam/cidr.ts';
import type { Custody, View } from '#peer/ipam/custody-state.ts';
import { Ipam } from '#peer/ipam/ipam.ts';
import type { AllocateRequest } from '#peer/ipam/outcomes.ts';
import { parseCidr } from '#peer/ipam/parse.ts';
import { type PeerId, parsePeerId } from '#peer/mesh/peer-id.ts';
import { hashView } from '#peer/wire/view-hash.ts';
import { MemoryStore } from './memory-store.ts';

export function peerId(n: number): PeerId {
  const id = parsePeerId(n.toString(16).padStart(32, '0'));
  assert.ok(id !== undefined);
  return id;
}

export function viewOf(rev: bigint, peers: readonly PeerId[]): View {
  return { rev, members: new Map(peers.map((peer) => [peer, `node-${peer.slice(-4)}`])) };
}

/** What a peer that has nothing publishes, but for `parts`. */
export function custodyOf(parts: Partial<Custody>): Custody {
  return {
    hold: [],
    pending: [],
    counterparties: [],
    viewRev: 0n,
    viewHash: 0n,
    historyMark: 0n,
    registeredRev: 0n,
    freeLog2: { v4: 0, v6: 0 },
    carriedOver: [],
    ...parts,
  };
}

export function requestOf(n: number): AllocateRequest {
  return {
    key: { containerId: `container-${n}`, interfaceName: 'eth0' },
    hostInterface: `weft-${n}`,
    podMac: (addresses) => `0a:58:00:00:00:0${addresses.length}`,
    podName: `default/pod-${n}`,
  };
}

export interface MemberOptions {
  readonly self: PeerId;
  readonly view: View;
  readonly founder: PeerId;
  readonly universe?: readonly Cidr[];
}

/** A peer that is a member, and what it has on disk. */
export function createMember({
  self,
  view,
  founder,
  universe = [parseCidr('10.32.0.0/16')],
}: MemberOptions) {
  const store = new MemoryStore();
  const ipam = new Ipam({ self, universe, durable: store.durable, now: 0, hashView });
  const registered = ipam.register(view);
  assert.equal(registered.type, 'registered');
  if (registered.type === 'registered') store.commit(registered.writes);
  const founded = ipam.found(founder);
  assert.equal(founded.type, 'founded');
  if (founded.type === 'founded') store.commit(founded.writes);
  return { ipam, store };
}
