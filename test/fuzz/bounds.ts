/** The bound of every collection of a peer's core. One that is not named here counts as boundless. */
import { ATTACHMENTS_MAX } from '#peer/ipam/addresses.ts';
import { GONE_MAX, LATECOMERS_MAX } from '#peer/core/reclaiming.ts';
import { UPDATES_MAX } from '#peer/core/view-history.ts';
import { WAITING_MAX } from '#peer/core/waiting-allocations.ts';
import {
  ASKERS_MAX,
  BLOCKS_MAX,
  CARRIED_OVER_MAX,
  COUNTERPARTIES_MAX,
  PENDING_GRANTS_MAX,
  UNLISTED_CLAIMANTS_MAX,
} from '#peer/ipam/limits.ts';
import { RESTING_BLOCKS_MAX } from '#peer/ipam/resting-blocks.ts';
import {
  BUCKET_COUNT,
  DIRECTORY_RECORDS_MAX,
  EAGER_RING_COUNT,
  FOUND_ENDPOINTS_MAX,
  FULL_MESH_PEERS_MAX,
  MISBEHAVING_PEERS_MAX,
  PULLS_MAX,
  PULL_ANNOUNCERS_MAX,
  PULL_WINDOW,
  QUARANTINE_MAX,
  REMOVED_WRITERS_MAX,
  RING_COUNT,
  RING_WALK_MAX,
} from '#peer/mesh/limits.ts';
import { CLAIMANTS_MAX } from '#peer/mesh/join-endpoints.ts';
import { RECORDS_PER_FRAME_MAX } from '#peer/wire/limits.ts';
import { ENDPOINTS_MAX } from '#peer/wire/values.ts';
import type { Collection } from './collections.ts';

/** What the victim is started with (see the Member of the core's tests). */
const LINKS_MAX = 24;
const FAMILIES = 2;
/** Each block that somebody claims leaves a few parts of the one that it lies in. */
const PARTS_OF_A_BLOCK = 16;
const SEGMENTS_MAX =
  BLOCKS_MAX + (LINKS_MAX + UNLISTED_CLAIMANTS_MAX) * CARRIED_OVER_MAX * PARTS_OF_A_BLOCK;
/** Where to join, as the operator named it. */
const BOOTSTRAP_MAX = 8;

/**
 * Wanted are, on each side of each ring, the nearest, the nearest listed ones, a claim and where the
 * walk ended, or a small cluster as a whole.
 */
const WANTED_MAX = 2 * RING_COUNT * (2 * RING_WALK_MAX + 2) + FULL_MESH_PEERS_MAX;
const EAGER_MAX = 2 * EAGER_RING_COUNT * (2 * RING_WALK_MAX + 2);
const LINKED_MAX = LINKS_MAX + WANTED_MAX;
const TARGETS_MAX = FOUND_ENDPOINTS_MAX + WANTED_MAX * ENDPOINTS_MAX;
/** The network and broadcast address of the universe, and the VTEP, are left out of what is fresh. */
const FRESH_MAX = SEGMENTS_MAX + 3;

const BOUNDS: Readonly<Record<string, number>> = {
  'mesh.directory.#peers': DIRECTORY_RECORDS_MAX,
  'mesh.directory.#links': DIRECTORY_RECORDS_MAX,
  'mesh.directory.#peerIds': DIRECTORY_RECORDS_MAX,
  'mesh.#links.#byId': LINKED_MAX,
  'mesh.#links.#byPeer': LINKED_MAX,
  'mesh.#dials.#dials': TARGETS_MAX,
  'mesh.#flood.#queues': LINKED_MAX,
  'mesh.#flood.#queues[].batch.#peer': DIRECTORY_RECORDS_MAX,
  'mesh.#flood.#queues[].batch.#links': DIRECTORY_RECORDS_MAX,
  'mesh.#flood.#queues[].announce.#peer': DIRECTORY_RECORDS_MAX,
  'mesh.#flood.#queues[].announce.#links': DIRECTORY_RECORDS_MAX,
  'mesh.#answers.#paidAt': LINKED_MAX,
  'mesh.#pulls.#pulls.#peer': PULLS_MAX,
  'mesh.#pulls.#pulls.#links': PULLS_MAX,
  'mesh.#pulls.#pulls.#peer[].announcers': PULL_ANNOUNCERS_MAX + 1,
  'mesh.#pulls.#pulls.#links[].announcers': PULL_ANNOUNCERS_MAX + 1,
  'mesh.#pulls.#sources': LINKED_MAX,
  'mesh.#pulls.#sources[].#waiting': 2 * PULLS_MAX,
  'mesh.#pulls.#sources[].#waiting[].announcers': PULL_ANNOUNCERS_MAX + 1,
  'mesh.#pulls.#sources[].#asked': PULL_WINDOW,
  'mesh.#pulls.#sources[].#late.#peer': 2 * PULL_WINDOW,
  'mesh.#pulls.#sources[].#late.#links': 2 * PULL_WINDOW,
  'mesh.#reconcile.#exchanges': LINKED_MAX,
  'mesh.#reconcile.#exchanges[].answered': BUCKET_COUNT,
  'mesh.#intake.#quarantine.#refused.#entries': QUARANTINE_MAX,
  'mesh.#intake.#unsupported.#newest.#entries': DIRECTORY_RECORDS_MAX,
  'mesh.#intake.#quarantine.#refused.#entries[].bringers': PULL_ANNOUNCERS_MAX + 1,
  'mesh.#patience.#buckets.#entries': MISBEHAVING_PEERS_MAX,
  'mesh.#patience.#shunned': MISBEHAVING_PEERS_MAX,
  'mesh.#repeats.#paidAt.#entries': MISBEHAVING_PEERS_MAX,
  'mesh.#intake.#budget.#recent': DIRECTORY_RECORDS_MAX,
  'mesh.#intake.#budget.#earlier': DIRECTORY_RECORDS_MAX,
  'mesh.#intake.#removed.#kept': REMOVED_WRITERS_MAX,
  'mesh.#intake.#removed.#expected': RECORDS_PER_FRAME_MAX,
  'mesh.#intake.#unlisted.#budgets.#recent': DIRECTORY_RECORDS_MAX,
  'mesh.#intake.#unlisted.#budgets.#earlier': DIRECTORY_RECORDS_MAX,
  'mesh.#intake.#unlisted.#updates.#recent': DIRECTORY_RECORDS_MAX,
  'mesh.#intake.#unlisted.#updates.#earlier': DIRECTORY_RECORDS_MAX,
  'mesh.#intake.#unlisted.#own.#recent': DIRECTORY_RECORDS_MAX,
  'mesh.#intake.#unlisted.#own.#earlier': DIRECTORY_RECORDS_MAX,
  'mesh.#intake.#unlisted.#total.#recent': 1,
  'mesh.#intake.#unlisted.#total.#earlier': 1,
  'mesh.#topology.#join.#bootstrap': BOOTSTRAP_MAX,
  'mesh.#topology.#join.#found': FOUND_ENDPOINTS_MAX,
  'mesh.#topology.#join.#claimed': FOUND_ENDPOINTS_MAX + BOOTSTRAP_MAX,
  'mesh.#topology.#join.#claimed[].#entries': CLAIMANTS_MAX,
  'mesh.#topology.#join.#answered': FOUND_ENDPOINTS_MAX + BOOTSTRAP_MAX,
  'mesh.#topology.#answeredInstead': TARGETS_MAX,
  'mesh.#topology.#windows.#nearest': 2 * RING_COUNT,
  'mesh.#topology.#windows.#nearest[].ids': RING_WALK_MAX,
  'mesh.#topology.#windows.#nearest[].#distances': RING_WALK_MAX,
  'mesh.#topology.#windows.#listed': 2 * RING_COUNT,
  'mesh.#topology.#windows.#listed[].ids': RING_WALK_MAX,
  'mesh.#topology.#windows.#listed[].#distances': RING_WALK_MAX,
  'mesh.#topology.#wanted': WANTED_MAX,
  'mesh.#topology.#unreachable': WANTED_MAX,
  'mesh.#topology.#rings.orders': RING_COUNT,
  'mesh.#topology.#rings.orders[]': DIRECTORY_RECORDS_MAX,
  'mesh.#notedFor.wanted': WANTED_MAX,
  'mesh.#notedFor.eager': EAGER_MAX,
  'mesh.#notedFor.onward': EAGER_MAX,
  'mesh.#topology.#neighbours.wanted': WANTED_MAX,
  'mesh.#topology.#neighbours.eager': EAGER_MAX,
  'mesh.#topology.#neighbours.onward': EAGER_MAX,
  'mesh.#topology.#targets': TARGETS_MAX,
  'ipam.universe': FAMILIES,
  'ipam.#addresses.#allocators': FAMILIES,
  'ipam.#addresses.#allocators[].#used': ATTACHMENTS_MAX,
  'ipam.#addresses.#allocators[].#resting.#entries': ATTACHMENTS_MAX,
  'ipam.#addresses.#allocators[].#fresh': FRESH_MAX,
  'ipam.#addresses.#allocators[].#segments': SEGMENTS_MAX,
  'ipam.#addresses.#attachments': ATTACHMENTS_MAX,
  'ipam.#addresses.#vtep': FAMILIES,
  'ipam.#addresses.#allocators[].#restingOutside': ATTACHMENTS_MAX,
  'ipam.#rests.#resting': RESTING_BLOCKS_MAX,
  'ipam.#rests.#bequests': RESTING_BLOCKS_MAX,
  '#started.hold': BLOCKS_MAX,
  '#started.pending': PENDING_GRANTS_MAX,
  '#started.counterparties': COUNTERPARTIES_MAX,
  '#started.carriedOver': CARRIED_OVER_MAX,
  'ipam.#claims.#universe': FAMILIES,
  'ipam.#claims.#claimants': DIRECTORY_RECORDS_MAX,
  'ipam.#claims.#claimants[].blocks': CARRIED_OVER_MAX,
  'ipam.#askers.#buckets': ASKERS_MAX,
  'ipam.#state.hold': BLOCKS_MAX,
  'ipam.#state.pending': PENDING_GRANTS_MAX,
  'ipam.#state.counterparties': COUNTERPARTIES_MAX,
  'ipam.#state.view.members': DIRECTORY_RECORDS_MAX,
  'told.#view.members': DIRECTORY_RECORDS_MAX,
  '#membership.#history.#updates': UPDATES_MAX,
  '#membership.#history.#updates[].added': DIRECTORY_RECORDS_MAX,
  '#membership.#history.#updates[].removed': DIRECTORY_RECORDS_MAX,
  '#membership.#reclaiming.#gone': GONE_MAX,
  '#membership.#reclaiming.#state.for': DIRECTORY_RECORDS_MAX,
  '#membership.#reclaiming.#latecomers': LATECOMERS_MAX,
  '#membership.#spreading.#testimonies': DIRECTORY_RECORDS_MAX,
  '#membership.#spreading.#distrusted': DIRECTORY_RECORDS_MAX,
  '#membership.#spreading.#doubted': DIRECTORY_RECORDS_MAX,
  '#membership.#spreading.#useless': DIRECTORY_RECORDS_MAX,
  '#returns.#since': BLOCKS_MAX,
  '#questions.#questions': FAMILIES,
  '#unseen.#peers': DIRECTORY_RECORDS_MAX,
  '#membership.#namesakes.#named': DIRECTORY_RECORDS_MAX,
  '#waiting.#waiting': WAITING_MAX,
  '#conflicts': DIRECTORY_RECORDS_MAX,
};

/** Collections whose entries hold no further ones, or whose entries are records or their ids. */
export const LEAVES: ReadonlySet<string> = new Set([
  'mesh.directory.#peers',
  'mesh.directory.#links',
  'mesh.#pulls.#pulls.#peer[].announcers',
  'mesh.#pulls.#pulls.#links[].announcers',
  'mesh.#pulls.#sources[].#waiting[].announcers',
]);

/** A sentence for each collection over its bound, or without one. */
export function findBoundless(collections: readonly Collection[]): readonly string[] {
  return collections.flatMap(({ path, size }) => {
    const bound = BOUNDS[path];
    if (bound === undefined) return [`${path} has no bound in test/fuzz/bounds.ts`];
    return size <= bound ? [] : [`${path} has ${size} entries: ${bound} are the most`];
  });
}
