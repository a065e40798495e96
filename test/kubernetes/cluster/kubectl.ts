/** kubectl as the cluster's admin, from the first node's network: the machine's own does not reach it. */
import { type CommandOptions, insideNamespace, runCommand } from './command.ts';
import { ADMIN_KUBECONFIG } from './credentials.ts';
import type { ClusterState } from './state.ts';

/** The command line that runs kubectl with these arguments. */
export function kubectlCommand(
  { plan, parts }: ClusterState,
  parameters: readonly string[],
): readonly string[] {
  const namespace = plan.nodes[0]?.namespace ?? '';
  const kubectl = [`${parts.bin}/kubectl`, `--kubeconfig=${ADMIN_KUBECONFIG}`];
  return insideNamespace(namespace, [...kubectl, ...parameters]);
}

/** Runs kubectl; its standard output. Throws ClusterError when it fails. */
export async function runKubectl(
  state: ClusterState,
  parameters: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  return await runCommand(kubectlCommand(state, parameters), options);
}
