/**
 * The two commands that make and remove the cluster, from claim to release: what `npm run kubernetes`
 * does, and what tests do that want a cluster for themselves.
 */
import { prepareParts } from '../parts/parts.ts';
import { joinCgroup } from './cgroups.ts';
import { claimCluster, claimClusterFromHolder } from './claim.ts';
import { ClusterError } from './command.ts';
import { provideTemplate } from './image-template.ts';
import { BUILDER_CGROUP, type ClusterOptions, planCluster } from './plan.ts';
import { readState, requireRoot } from './state.ts';
import { findRemains, isAnythingLeft, type Remains, tearDown } from './teardown.ts';
import { makeCluster, type UpOptions } from './up.ts';

export interface BringUpOptions extends ClusterOptions {
  /** With the images and programs of upstream's own tests. */
  readonly e2e?: boolean;
}

/**
 * Makes a cluster; what an earlier one left is removed first, and all of this one if it fails or is
 * stopped. Throws ClusterError, also if one is running.
 */
export async function bringUp(options: BringUpOptions, { onProgress, stop }: UpOptions) {
  requireRoot();
  await using claimed = new AsyncDisposableStack();
  claimed.use(await claimCluster());
  await refuseSecondCluster();
  const parts = await prepareParts({ onProgress, e2e: options.e2e ?? false });
  stop.throwIfAborted();
  if (isAnythingLeft(await findRemains())) {
    onProgress('removing what an earlier cluster left');
    await tearDown();
  }
  const leaveCgroup = await joinCgroup(BUILDER_CGROUP);
  try {
    const imageTemplate = await provideTemplate(parts.images, onProgress);
    stop.throwIfAborted();
    const state = { plan: planCluster(options), parts };
    await makeCluster(state, { onProgress, stop, imageTemplate });
    await leaveCgroup();
  } catch (error) {
    await leaveCgroup();
    await tearDown();
    throw error;
  }
}

/** Removes everything of any cluster, ending a command that makes one. Gives what there was. */
export async function takeDown(): Promise<Remains> {
  requireRoot();
  await using claimed = new AsyncDisposableStack();
  claimed.use(await claimClusterFromHolder());
  const remains = await findRemains();
  await tearDown();
  return remains;
}

async function refuseSecondCluster(): Promise<void> {
  if ((await readState()) === undefined) return;
  throw new ClusterError(
    'a test cluster is running already: use it, or remove it with npm run kubernetes -- down',
  );
}
