/** Brings a lab up and proves it, step by step, with progress for who watches. Tearing down is not its concern. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { Listr } from 'listr2';
import type { Claim } from './claims.ts';
import { mapConcurrently } from './command.ts';
import type { NodeFacts } from './node-facts.ts';
import { STARTING_MAX, startPeer } from './node.ts';
import { KEY_FILE, type LabPlan, RESULT_FILE } from './plan.ts';
import { attachPods, type AttachedPod } from './pod.ts';
import { overlayAddresses, proveReachability, proveState, proveThroughput } from './proof.ts';
import type { Reachability } from './reachability.ts';
import type { LabResult, LinkCounts, Throughput } from './result.ts';
import { createUnderlay } from './underlay.ts';

/** What the steps find out, each for those behind it. */
interface Progress {
  pods: readonly AttachedPod[];
  nodes: readonly NodeFacts[];
  stateClaims: readonly Claim[];
  reachability: Reachability;
  reachabilityClaim: Claim | undefined;
  throughput: Throughput | undefined;
  upMs: number;
}

/** Shows how far a step is. */
type Tell = (text: string) => void;

/** Brings the lab up and proves it. The result is also in RESULT_FILE. Throws LabError if a step can't be done. */
export async function bringUp(plan: LabPlan, signal: AbortSignal): Promise<LabResult> {
  const startedMs = performance.now();
  const progress = startProgress();
  const steps = [...buildSteps(plan, signal, startedMs), ...proofSteps(plan, signal)];
  await runSteps(steps, progress, signal);
  signal.throwIfAborted();
  const result = summarize(progress, performance.now() - startedMs);
  await writeFile(RESULT_FILE, `${JSON.stringify(result, undefined, 2)}\n`);
  return result;
}

interface Step {
  readonly title: string;
  readonly run: (progress: Progress, tell: Tell) => Promise<void>;
}

async function runSteps(
  steps: readonly Step[],
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  let failure: unknown;
  const tasks = steps.map(({ title, run }) => ({
    title,
    task: async (_: unknown, task: { output: string }) => {
      try {
        signal.throwIfAborted();
        await run(progress, (text) => {
          task.output = text;
        });
      } catch (error) {
        failure = error;
        // Whoever called us shows the whole of it; a log of twenty lines has no place in a list of steps.
        const message = error instanceof Error ? error.message : String(error);
        throw new Error(message.split('\n', 1)[0], { cause: error });
      }
    },
  }));
  // Without its own listeners listr2 leaves Ctrl-C to us: it would exit before anything is torn down.
  await new Listr(tasks, { registerSignalListeners: false }).run().catch((error: unknown) => {
    throw failure ?? error;
  });
}

function buildSteps(plan: LabPlan, signal: AbortSignal, startedMs: number): readonly Step[] {
  return [
    { title: `Join ${plan.nodes.length} nodes by a network`, run: () => joinNodes(plan) },
    { title: 'Start a peer on each node', run: (_, tell) => startPeers(plan, signal, tell) },
    {
      title: `Attach ${plan.pods.length} pods through CNI`,
      run: async (progress) => {
        progress.pods = await attachPods(plan);
        progress.upMs = performance.now() - startedMs;
      },
    },
  ];
}

function proofSteps(plan: LabPlan, signal: AbortSignal): readonly Step[] {
  return [
    {
      title: 'Prove who holds what, and what the kernels have',
      run: async (progress) => {
        const { nodes, claims } = await proveState(plan, progress.pods, signal);
        progress.nodes = nodes;
        progress.stateClaims = claims;
      },
    },
    {
      title: 'Prove that everything reaches everything',
      run: async (progress) => {
        const { reachability, claim } = await proveReachability(
          plan,
          progress.nodes,
          progress.pods,
        );
        progress.reachability = reachability;
        progress.reachabilityClaim = claim;
      },
    },
    {
      title: 'Measure throughput with and without the tunnel',
      run: async (progress) => {
        progress.throughput = await proveThroughput(plan, progress.pods);
      },
    },
  ];
}

async function joinNodes(plan: LabPlan): Promise<void> {
  await writeFile(KEY_FILE, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
  await createUnderlay(plan);
}

async function startPeers(plan: LabPlan, signal: AbortSignal, tell: Tell): Promise<void> {
  let ready = 0;
  const giveUp = new AbortController();
  const either = AbortSignal.any([signal, giveUp.signal]);
  try {
    await mapConcurrently(plan.nodes, STARTING_MAX, async (node) => {
      await startPeer(node, plan, either);
      ready += 1;
      tell(`${ready} of ${plan.nodes.length} ready`);
    });
  } finally {
    // When one peer failed nobody waits for the others any more.
    giveUp.abort();
  }
}

function startProgress(): Progress {
  return {
    pods: [],
    nodes: [],
    stateClaims: [],
    reachability: { endpoints: [], tried: 0, unreachable: [] },
    reachabilityClaim: undefined,
    throughput: undefined,
    upMs: 0,
  };
}

function countLinks({ report: { peers, links } }: NodeFacts): LinkCounts {
  const linked = new Set(links.map(({ peer }) => peer));
  const wanted = peers.filter(({ linkWanted }) => linkWanted);
  const wantedUp = wanted.filter(({ id }) => linked.has(id)).length;
  return { wanted: wanted.length, wantedUp, up: links.length };
}

function summarize(progress: Progress, provenMs: number): LabResult {
  const { reachabilityClaim, throughput } = progress;
  const claims = [
    ...progress.stateClaims,
    ...(reachabilityClaim === undefined ? [] : [reachabilityClaim]),
  ];
  return {
    holds: claims.every(({ findings }) => findings.length === 0),
    claims,
    nodes: progress.nodes.map((node) => ({
      name: node.name,
      underlay: node.underlay,
      peerId: node.report.peer.id,
      overlay: overlayAddresses(node),
      holdings: node.report.holdings.map(({ cidr }) => cidr),
      links: countLinks(node),
      memoryBytes: node.memoryBytes,
    })),
    pods: progress.pods.map(({ plan: { name, node }, addresses }) => ({
      name,
      node: node.name,
      addresses,
    })),
    reachability: progress.reachability,
    ...(throughput === undefined ? {} : { throughput }),
    upMs: Math.round(progress.upMs),
    provenMs: Math.round(provenMs),
  };
}
