/**
 * Attaches pods as a container runtime does: the launcher is run in the node's namespace with CNI's
 * environment, the network's configuration on its standard input, and the result read from its output.
 */
import { fileURLToPath } from 'node:url';
import { insideNamespace, LabError, mapConcurrently, runCommand } from './command.ts';
import type { LabPlan, PodPlan } from './plan.ts';

const LAUNCHER = fileURLToPath(new URL('../../build/weft', import.meta.url));
const NETWORK_CONFIGURATION = JSON.stringify({
  cniVersion: '1.1.0',
  name: 'weft-lab',
  type: 'weft',
});

/** The name of the pod's interface, as runtimes choose it. */
const POD_INTERFACE = 'eth0';
/** Launchers at a time: several wait on their peer while others run, and a kubelet starts pods in parallel too. */
const CONCURRENCY = 6;

export interface AttachedPod {
  readonly plan: PodPlan;
  /** Its addresses, without prefix lengths. */
  readonly addresses: readonly string[];
}

/** Attaches every pod of the plan. Throws LabError with CNI's own error if one can't be. */
export async function attachPods({ pods }: LabPlan): Promise<readonly AttachedPod[]> {
  return await mapConcurrently(pods, CONCURRENCY, attachPod);
}

async function attachPod(pod: PodPlan): Promise<AttachedPod> {
  const { stdout, exitCode } = await runCommand(insideNamespace(pod.node.namespace, [LAUNCHER]), {
    input: NETWORK_CONFIGURATION,
    env: invocationEnvironment(pod),
    accept: [1],
  });
  const result = parseOutput(pod, stdout);
  const addresses = (result.ips ?? []).map(({ address }) => address.replace(/\/\d+$/, ''));
  if (exitCode === 0 && addresses.length > 0) return { plan: pod, addresses };
  const reason = [result.msg, result.details].filter(Boolean).join(': ');
  throw new LabError(
    `${pod.name} was not attached: CNI error ${result.code ?? '?'}: ${reason || stdout}`,
  );
}

function invocationEnvironment(pod: PodPlan): Record<string, string> {
  return {
    CNI_COMMAND: 'ADD',
    CNI_CONTAINERID: pod.containerId,
    CNI_NETNS: `/run/netns/${pod.namespace}`,
    CNI_IFNAME: POD_INTERFACE,
    CNI_PATH: fileURLToPath(new URL('../../build', import.meta.url)),
    CNI_ARGS: `IgnoreUnknown=1;K8S_POD_NAMESPACE=lab;K8S_POD_NAME=${pod.name}`,
    WEFT_CNI_SOCKET: pod.node.cniSocket,
    WEFT_CNI_QUEUE: pod.node.cniQueue,
  };
}

/** The fields that the lab reads of a CNI result and of a CNI error. */
interface CniOutput {
  readonly ips?: readonly { readonly address: string }[];
  readonly code?: number;
  readonly msg?: string;
  readonly details?: string;
}

function parseOutput(pod: PodPlan, stdout: string): CniOutput {
  try {
    return JSON.parse(stdout) as CniOutput;
  } catch (error) {
    throw new LabError(
      `${pod.name} was not attached: the launcher printed no JSON but "${stdout}"`,
      { cause: error },
    );
  }
}
