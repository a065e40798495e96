/**
 * Looks whether this peer's own Lease is still there. The API server ends it with its Node, and
 * nobody may tell a peer that runs; the others reclaim its addresses meanwhile. Only tells of it, and
 * has the list of members asked for, which decides.
 */
import { ArbiterUnavailable } from '../arbiter/arbiter.ts';
import type { Lease, LeaseStore } from '../arbiter/kubernetes/lease-store.ts';
import { leaseNameOf } from '../arbiter/kubernetes/registration.ts';
import type { Timing } from '../arbiter/seeds/quorum.ts';
import type { PeerId } from '../mesh/peer-id.ts';

/** Soon beside how long a reclaim takes; one small request of each peer costs an API server nothing. */
export const LOOK_EVERY_MS = 60_000;
/** Of the time between looks: what keeps the peers of a cluster out of step. */
export const JITTER_SHARE = 0.2;

export interface OwnLeaseOptions {
  readonly leases: Pick<LeaseStore, 'get'>;
  readonly self: { readonly peer: PeerId; readonly name: string };
  /** Before it is one, it may have no Lease yet. */
  readonly isMember: () => boolean;
  /** Told what is wrong with the Lease, and undefined when nothing is. */
  readonly onProblem: (problem: string | undefined) => void;
  /** Told when the Lease does not have this peer: the list of members tells what that means. */
  readonly onMissing: () => void;
  readonly timing: Timing;
  readonly signal: AbortSignal;
}

/** Looks about once a minute until the signal says so; resolves then. */
export async function watchOwnLease(options: OwnLeaseOptions): Promise<void> {
  const { isMember, timing, signal } = options;
  while (!signal.aborted) {
    if (isMember()) await look(options);
    await timing.sleep(LOOK_EVERY_MS * (1 + JITTER_SHARE * (2 * timing.random() - 1)), signal);
  }
}

/** Without an answer nothing is concluded: what was told before stays. */
async function look({ leases, self, onProblem, onMissing }: OwnLeaseOptions): Promise<void> {
  try {
    const problem = describeLease(await leases.get(leaseNameOf(self.name)), self);
    onProblem(problem);
    if (problem !== undefined) onMissing();
  } catch (error) {
    if (!(error instanceof ArbiterUnavailable)) throw error;
  }
}

function describeLease(
  lease: Lease | undefined,
  { peer, name }: OwnLeaseOptions['self'],
): string | undefined {
  if (lease?.holder === peer) return undefined;
  const before = `the Lease ${leaseNameOf(name)} of this peer`;
  const after = 'It ends, and starts again as a new one; pods that run keep their addresses';
  if (lease === undefined) {
    return `${before} is gone, so it is no member any more: its Node or the Lease was deleted. ${after}`;
  }
  const holder = lease.holder === undefined ? "nobody's" : `the peer ${lease.holder}'s`;
  return `${before} is ${holder} now, so it is no member any more. ${after}`;
}
