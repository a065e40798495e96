/**
 * How an identity becomes a member: it waits until it knows who is there, makes sure that nobody
 * alive has its name, registers with the arbiter in place of whom it found dead, and asks who
 * founded the cluster. An identity that is a member already only asks, in the background, whether
 * it still is one.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Arbiter, ArbiterRefusal, ArbiterUnavailable } from '../arbiter/arbiter.ts';
import { type BackoffBounds, backoffMs } from '../backoff.ts';
import type { Core } from '../core/core.ts';
import type { View } from '../ipam/custody-state.ts';
import type { Driver } from './driver.ts';
import { formatAddress } from '../ipam/cidr.ts';
import { endpointKey } from '../mesh/endpoint-key.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import type { Endpoint } from '../mesh/record.ts';
import { Waiting } from './waiting.ts';

/** A link comes up and a directory is read within 2 s; after this it is told that it did not. */
const SYNC_WAIT_MS = 10_000;
const SYNC_POLL_MS = 20;
/** A namesake may be the earlier run of this very node, which others don't know to be gone yet. */
const NAMESAKE_WAIT_MS = 15_000;
/** A namesake that has just registered publishes at once; its record takes a few heartbeats at most. */
const NO_RECORD_WAIT_MS = 4_000;
const NAMESAKE_POLL_MS = 500;
const RETRY: BackoffBounds = { leastMs: 100, mostMs: 5_000 };

/** Another live peer has the name that this one was given. */
export class NameTaken extends Error {
  override readonly name = 'NameTaken';
}

export interface JoinOptions {
  readonly self: PeerId;
  readonly name: string;
  /** Where this peer accepts links: whoever said that it did so there is gone. */
  readonly endpoint: Endpoint;
  readonly arbiter: Arbiter;
  readonly core: Core;
  readonly driver: Driver;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Whether there are others to hear of before registering: not in a cluster of one. */
  readonly hasOthers: boolean;
  /**
   * Whether nobody but an earlier run on this node can have our name: a cluster has one Node of a
   * name, and this peer has the node's control port. Then its holder is gone, and is not waited for.
   */
  readonly ownsName?: boolean;
  /** Told each list of the arbiter's. */
  readonly onView?: (view: View) => void;
  /** Told what it waits for, and undefined when it waits no more. */
  readonly onWaiting: (problem: string | undefined) => void;
}

interface Joining extends JoinOptions {
  readonly waiting: Waiting;
}

/** Resolves when this peer is a member. Rejects with NameTaken, or when the signal says so. */
export async function join(given: JoinOptions): Promise<void> {
  const options: Joining = { ...given, waiting: new Waiting(given) };
  const { arbiter, core, driver, self } = options;
  if (core.ipam.phase() === 'member') return await confirm(options);
  if (core.ipam.phase() === 'unregistered') {
    await waitForDirectory(options);
    driver.tell({ type: 'registered', view: await register(options) });
  } else await confirm(options);
  const founder = await patiently(options, () => arbiter.genesis(self));
  driver.tell({ type: 'founded', founder });
}

async function confirm(options: Joining): Promise<void> {
  options.driver.tell({ type: 'view', view: await list(options) });
}

/**
 * Where a member has our name, resolves when the directory tells whether that one is alive: else it
 * would be thrown out. Nobody else's start waits for this, least of all in a cluster that starts at
 * once, where no two directories are equal for a while.
 */
async function waitForDirectory(options: Joining): Promise<void> {
  const { hasOthers, ownsName, waiting } = options;
  if (!hasOthers || ownsName === true) return;
  let holder = await findHolder(options);
  while (holder !== undefined && !(await isSyncedInTime(options))) {
    holder = await findHolder(options);
    if (holder !== undefined) waiting.on(describeUnknown(options, holder));
  }
  waiting.over();
}

async function isSyncedInTime({ core, signal }: Joining): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < SYNC_WAIT_MS; waitedMs += SYNC_POLL_MS) {
    if (core.mesh.agreement.isSynced) return true;
    await delay(SYNC_POLL_MS, undefined, { signal });
  }
  return false;
}

/** Registers in place of a namesake that is gone; begins anew when another was faster. */
async function register(options: Joining): Promise<View> {
  const { arbiter, self, name } = options;
  for (;;) {
    const replaces = await waitForName(options);
    try {
      const view = await patiently(options, () => arbiter.register(name, self, replaces));
      options.onView?.(view);
      return view;
    } catch (error) {
      if (!(error instanceof ArbiterRefusal)) throw error;
      if ((await findHolder(options)) === replaces) throw error;
      options.log.info({ detail: error.message }, 'another was faster to register our name');
    }
  }
}

/** Resolves to the member whose name is ours and who is gone, if any. Rejects with NameTaken. */
async function waitForName(options: Joining): Promise<PeerId | undefined> {
  const { signal, waiting } = options;
  for (let waitedMs = 0; ; waitedMs += NAMESAKE_POLL_MS) {
    const holder = await findHolder(options);
    const problem = holder === undefined ? undefined : describeHolder(options, holder, waitedMs);
    if (problem === undefined) {
      waiting.over();
      return holder;
    }
    waiting.on(problem);
    if (waitedMs >= NAMESAKE_WAIT_MS) throw new NameTaken(problem);
    await delay(NAMESAKE_POLL_MS, undefined, { signal });
  }
}

/** The other identity that the arbiter has under our name. */
async function findHolder(options: Joining): Promise<PeerId | undefined> {
  const { members } = await list(options);
  const holders = [...members].filter(([, name]) => name === options.name);
  return holders.map(([peer]) => peer).find((peer) => peer !== options.self);
}

/** Why the holder of our name can't be replaced; undefined for one that is gone. */
function describeHolder(options: Joining, holder: PeerId, waitedMs: number): string | undefined {
  const { core, name, hasOthers, ownsName } = options;
  if (ownsName === true) return undefined;
  const record = core.mesh.directory.peer(holder);
  if (record === undefined) {
    const isGone = !hasOthers || waitedMs >= NO_RECORD_WAIT_MS;
    return isGone ? undefined : describeUnknown(options, holder);
  }
  if (core.mesh.down().has(holder)) return undefined;
  const { endpoints } = record.content.profile;
  // Others can't say that it is gone: at its place there is somebody, and that is this peer.
  if (endpoints.some((one) => endpointKey(one) === endpointKey(options.endpoint))) return undefined;
  const at = formatAddress(record.content.profile.vtep.underlay);
  return (
    `the name "${name}" is taken by the peer ${holder}, which is alive at ${at}: ` +
    'give this peer another name, or stop that one'
  );
}

function describeUnknown({ name }: Joining, holder: PeerId): string {
  return (
    `the name "${name}" is the peer ${holder}'s, and no other peer has told yet whether that one ` +
    'is alive: see that this peer can reach the others'
  );
}

async function list(options: Joining): Promise<View> {
  const view = await patiently(options, () => options.arbiter.list());
  options.onView?.(view);
  return view;
}

/** Asks the arbiter again and again, for as long as waiting may help. */
async function patiently<T>(options: Joining, ask: () => Promise<T>): Promise<T> {
  const { signal, waiting } = options;
  for (let attempt = 0; ; attempt++) {
    try {
      const answer = await ask();
      if (attempt > 0) waiting.over();
      return answer;
    } catch (error) {
      if (!(error instanceof ArbiterUnavailable)) throw error;
      waiting.on(`the arbiter has no answer: ${error.message}`);
    }
    await delay(backoffMs(attempt, RETRY, Math.random), undefined, { signal });
  }
}
