/**
 * How an identity becomes a member: it waits until it knows who is there, makes sure that nobody
 * alive has its name, registers with the arbiter, and asks who founded the cluster. An identity
 * that is a member already only asks, in the background, whether it still is one.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Arbiter, ArbiterUnavailable } from '../arbiter/arbiter.ts';
import type { Core } from '../core/core.ts';
import type { Driver } from './driver.ts';
import { formatAddress } from '../ipam/cidr.ts';
import type { PeerId } from '../mesh/peer-id.ts';

/** How long to wait for the first link; a peer that is the first of all has nobody to wait for. */
const SYNC_WAIT_MS = 2_000;
const SYNC_POLL_MS = 20;
/** A namesake may be the earlier run of this very node, which others don't know to be gone yet. */
const NAMESAKE_WAIT_MS = 15_000;
const NAMESAKE_POLL_MS = 500;
const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 5_000;

/** Another live peer has the name that this one was given. */
export class NameTaken extends Error {
  override readonly name = 'NameTaken';
}

export interface JoinOptions {
  readonly self: PeerId;
  readonly name: string;
  readonly arbiter: Arbiter;
  readonly core: Core;
  readonly driver: Driver;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Whether there are others to hear of before registering: not in a cluster of one. */
  readonly hasOthers: boolean;
  /** Told what it waits for, and undefined when it waits no more. */
  readonly onWaiting: (problem: string | undefined) => void;
}

/** Resolves when this peer is a member. Rejects with NameTaken, or when the signal says so. */
export async function join(options: JoinOptions): Promise<void> {
  const { arbiter, core, driver, self, name } = options;
  if (core.ipam.phase() === 'member') return await confirm(options);
  if (core.ipam.phase() === 'unregistered') {
    await waitForDirectory(options);
    await waitForName(options);
    const view = await patiently(options, () => arbiter.register(name, self));
    driver.tell({ type: 'registered', view });
  }
  const founder = await patiently(options, () => arbiter.genesis(self));
  driver.tell({ type: 'founded', founder });
}

async function confirm(options: JoinOptions): Promise<void> {
  const view = await patiently(options, () => options.arbiter.list());
  options.driver.tell({ type: 'view', view });
}

async function waitForDirectory({ core, signal, hasOthers }: JoinOptions): Promise<void> {
  if (!hasOthers) return;
  for (
    let waitedMs = 0;
    waitedMs < SYNC_WAIT_MS && !core.mesh.isSynced();
    waitedMs += SYNC_POLL_MS
  ) {
    await delay(SYNC_POLL_MS, undefined, { signal });
  }
}

async function waitForName(options: JoinOptions): Promise<void> {
  const { log, signal, onWaiting } = options;
  for (let waitedMs = 0; ; waitedMs += NAMESAKE_POLL_MS) {
    const problem = describeNamesake(options);
    onWaiting(problem);
    if (problem === undefined) return;
    if (waitedMs >= NAMESAKE_WAIT_MS) throw new NameTaken(problem);
    if (waitedMs === 0) log.warn(problem);
    await delay(NAMESAKE_POLL_MS, undefined, { signal });
  }
}

function describeNamesake({ core, self, name }: JoinOptions): string | undefined {
  const down = core.mesh.down();
  const namesake = core
    .others()
    .find(({ peer, content }) => content.profile.name === name && peer !== self && !down.has(peer));
  if (namesake === undefined) return undefined;
  const at = formatAddress(namesake.content.profile.vtep.underlay);
  return (
    `the name "${name}" is taken by the peer ${namesake.peer}, which is alive at ${at}: ` +
    'give this peer another name, or stop that one'
  );
}

/** Asks the arbiter again and again, for as long as waiting may help. */
async function patiently<T>(options: JoinOptions, ask: () => Promise<T>): Promise<T> {
  const { log, signal, onWaiting } = options;
  for (let attempt = 0; ; attempt++) {
    try {
      const answer = await ask();
      onWaiting(undefined);
      return answer;
    } catch (error) {
      if (!(error instanceof ArbiterUnavailable)) throw error;
      onWaiting(`the arbiter can't be reached: ${error.message}`);
      log.info({ detail: error.message }, 'waiting for the arbiter');
    }
    await delay(Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** attempt), undefined, { signal });
  }
}
