/** Makes a cluster, from nothing to registered nodes. Networks for pods are somebody else's business. */
import { mkdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { startInBackground } from './background.ts';
import { makeCertificates } from './certificates.ts';
import { ClusterError, insideNamespace } from './command.ts';
import { startControlPlane } from './control-plane.ts';
import { makeCredentials } from './credentials.ts';
import { deployDns } from './dns.ts';
import { copyStorage } from './image-template.ts';
import { runKubectl } from './kubectl.ts';
import { describeLogEnd } from './logs.ts';
import { makeNetwork } from './network.ts';
import { containerdStorage, letNodeJoin, startNode } from './node.ts';
import { CLUSTER_DIRECTORY, logDirectory, type NodePlan, WORLD_CGROUP } from './plan.ts';
import { type ClusterState, writeState } from './state.ts';

/** A kubelet registers within 2 s of its start; many on two cores take longer. */
const REGISTER_TIMEOUT_MS = 90_000;
const REGISTER_POLL_MS = 200;

export interface UpOptions {
  /** Hears a line for people about each step. */
  readonly onProgress: (line: string) => void;
  /** Aborts between steps. */
  readonly stop: AbortSignal;
}

interface MakeOptions extends UpOptions {
  /** A containerd's storage with all images in it. */
  readonly imageTemplate: string;
}

/** Makes the cluster. Resolves when the API server answers and every node is registered. */
export async function makeCluster(state: ClusterState, options: MakeOptions): Promise<void> {
  const { plan } = state;
  const { onProgress, stop } = options;
  await mkdir(CLUSTER_DIRECTORY, { recursive: true, mode: 0o700 });
  await Promise.all([makeNetwork(plan), makeCertificates(plan.apiAddress)]);
  await makeCredentials(plan);
  await startWorld(state);
  onProgress('the network and the keys are made');
  stop.throwIfAborted();
  await allOrFirstFailure([
    makeControlPlane(state, options),
    ...plan.nodes.map((node) => makeNode(state, node, options)),
  ]);
  await untilRegistered(state, stop);
  onProgress(`${plan.nodes.length} nodes are registered`);
  await writeState(state);
}

/** Upstream's test server, on a host that no pod's address is known to. */
async function startWorld({ plan: { world }, parts }: ClusterState): Promise<void> {
  const flags = [`--http-port=${world.port}`, '--udp-port=-1'];
  await startInBackground({
    command: insideNamespace(world.namespace, [`${parts.bin}/agnhost`, 'netexec', ...flags]),
    cgroup: WORLD_CGROUP,
    logFile: `${logDirectory('world')}/agnhost.log`,
  });
}

async function makeControlPlane(state: ClusterState, { onProgress, stop }: UpOptions) {
  await startControlPlane(state);
  onProgress('the API server is ready');
  stop.throwIfAborted();
  await deployDns(state);
}

async function makeNode(state: ClusterState, node: NodePlan, options: MakeOptions) {
  await copyStorage(options.imageTemplate, containerdStorage(node));
  await startNode(state, node);
  await letNodeJoin(node);
  options.onProgress(`${node.name} runs`);
}

/** Unlike Promise.all, leaves nothing running behind a failure: what follows removes what these make. */
async function allOrFirstFailure(work: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(work);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

async function untilRegistered(state: ClusterState, stop: AbortSignal): Promise<void> {
  const deadlineMs = performance.now() + REGISTER_TIMEOUT_MS;
  for (;;) {
    stop.throwIfAborted();
    const found = (await runKubectl(state, ['get', 'nodes', '-o', 'name'])).split('\n');
    const missing = state.plan.nodes.filter(({ name }) => !found.includes(`node/${name}`));
    const [first] = missing;
    if (first === undefined) return;
    if (performance.now() > deadlineMs) {
      const names = missing.map(({ name }) => name).join(', ');
      throw new ClusterError(
        `${names} did not register within ${REGISTER_TIMEOUT_MS / 1000} s\n${await describeLogEnd(`${logDirectory(first.name)}/kubelet.log`)}`,
      );
    }
    await delay(REGISTER_POLL_MS);
  }
}
