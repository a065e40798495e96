/** What is asked of a node's containerd beside the kubelet: images brought in, a container's end. */
import { ClusterError, runCommand } from './command.ts';
import { enterNode } from './node.ts';
import type { NodePlan } from './plan.ts';
import type { ImageArchive } from '../parts/images.ts';

/** The containerd namespace that the kubelet's requests go to. */
export const CONTAINERD_NAMESPACE = 'k8s.io';

/** Imports an image under its name and all others that it has. */
export async function importImage(node: NodePlan, image: ImageArchive): Promise<void> {
  await ctr(node, ['images', 'import', image.archive]);
  if (image.aliases.length > 0)
    await ctr(node, ['images', 'tag', '--force', image.name, ...image.aliases]);
}

/** Kills the first process of every container of that name that runs. Throws ClusterError if none does. */
export async function killContainer(
  node: NodePlan,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<void> {
  const filter = `${matchLabel('pod.namespace', namespace)},${matchLabel('container.name', name)}`;
  const named = (await ctr(node, ['containers', 'list', '--quiet', filter])).split('\n');
  const running = parseRunningTasks(await ctr(node, ['tasks', 'list']));
  const found = running.filter((id) => named.includes(id));
  if (found.length === 0)
    throw new ClusterError(`no container ${name} of namespace ${namespace} runs on ${node.name}`);
  for (const id of found) await ctr(node, ['tasks', 'kill', '--signal', 'SIGKILL', id]);
}

function matchLabel(key: string, value: string): string {
  return `labels."io.kubernetes.${key}"==${value}`;
}

/** Ids off the table of `ctr tasks list`: id, pid and status, with a line above them. */
export function parseRunningTasks(table: string): readonly string[] {
  return table
    .split('\n')
    .map((line) => line.split(/\s+/))
    .filter(([, , status]) => status === 'RUNNING')
    .map(([id = '']) => id);
}

async function ctr(node: NodePlan, parameters: readonly string[]): Promise<string> {
  const command = ['ctr', '--namespace', CONTAINERD_NAMESPACE, ...parameters];
  return await runCommand(await enterNode(node, command));
}
