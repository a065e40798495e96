/**
 * Proves what the lab claims: reads facts, lets claims.ts judge them, and measures who reaches whom
 * and how fast.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Claim, judgeReachability, judgeState } from './claims.ts';
import { mapConcurrently } from './command.ts';
import { type NodeFacts, readNodeFacts } from './node-facts.ts';
import type { LabPlan } from './plan.ts';
import type { AttachedPod } from './pod.ts';
import { type Endpoint, measureReachability, type Reachability } from './reachability.ts';
import type { Throughput } from './result.ts';
import { measureThroughput } from './throughput.ts';

/** Gossip crosses the lab in well under a second; a state that is still wrong after five is wrong. */
const SETTLE_TIMEOUT_MS = 5000;
const SETTLE_POLL_MS = 200;
/** Nodes that are read at a time: each costs two processes. */
const CONCURRENCY = 4;

/**
 * In turn, and the best of each: what else the machine does slows a round down, never up, and does
 * not fall on one of the two paths alone.
 */
const THROUGHPUT_ROUNDS = 2;

export interface StateProof {
  readonly nodes: readonly NodeFacts[];
  readonly claims: readonly Claim[];
}

/** Judges the state of nodes and pods; claims that do not hold yet get SETTLE_TIMEOUT_MS to do so. */
export async function proveState(
  plan: LabPlan,
  pods: readonly AttachedPod[],
  signal: AbortSignal,
): Promise<StateProof> {
  const deadline = performance.now() + SETTLE_TIMEOUT_MS;
  while (true) {
    const nodes = await mapConcurrently(plan.nodes, CONCURRENCY, (node) =>
      readNodeFacts(node, plan.family),
    );
    const claims = judgeState({ nodes, pods: pods.map(podFacts) });
    if (claims.every(({ findings }) => findings.length === 0)) return { nodes, claims };
    if (performance.now() > deadline) return { nodes, claims };
    await delay(SETTLE_POLL_MS, undefined, { signal });
  }
}

export interface ReachabilityProof {
  readonly reachability: Reachability;
  readonly claim: Claim;
}

/** Pings from every node and pod to every other: nodes by their underlay and their overlay address. */
export async function proveReachability(
  plan: LabPlan,
  nodes: readonly NodeFacts[],
  pods: readonly AttachedPod[],
): Promise<ReachabilityProof> {
  const endpoints: readonly Endpoint[] = [
    ...plan.nodes.map(({ name, namespace, underlay }) => ({
      name,
      namespace,
      addresses: [underlay, ...overlayAddresses(nodes.find((node) => node.name === name))],
    })),
    ...pods.map(({ plan: { name, namespace }, addresses }) => ({ name, namespace, addresses })),
  ];
  const reachability = await measureReachability(endpoints);
  return { reachability, claim: judgeReachability(reachability) };
}

/** The peer's own addresses on the overlay, as it publishes them. */
export function overlayAddresses(node: NodeFacts | undefined): readonly string[] {
  return node?.report.peers.find((peer) => peer.self)?.vtep.overlay ?? [];
}

/** Measures between the first two nodes and between pods on them in turn; undefined with a single node. */
export async function proveThroughput(
  plan: LabPlan,
  pods: readonly AttachedPod[],
): Promise<Throughput | undefined> {
  const [client, server] = plan.nodes;
  if (client === undefined || server === undefined) return undefined;
  const clientPod = pods.find((pod) => pod.plan.node === client);
  const serverPod = pods.find((pod) => pod.plan.node === server);
  const address = serverPod?.addresses[0];
  if (clientPod === undefined || serverPod === undefined || address === undefined) return undefined;
  const hosts = { client: client.namespace, server: server.namespace, address: server.underlay };
  const overlay = { client: clientPod.plan.namespace, server: serverPod.plan.namespace, address };
  const best = { hostBitsPerSecond: 0, overlayBitsPerSecond: 0 };
  for (let round = 0; round < THROUGHPUT_ROUNDS; round++) {
    const host = await measureThroughput(hosts);
    const tunnel = await measureThroughput(overlay);
    best.hostBitsPerSecond = Math.max(best.hostBitsPerSecond, host);
    best.overlayBitsPerSecond = Math.max(best.overlayBitsPerSecond, tunnel);
  }
  return best;
}

function podFacts({ plan, addresses }: AttachedPod) {
  return { name: plan.name, node: plan.node.name, addresses };
}
