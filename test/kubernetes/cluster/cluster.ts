/**
 * The cluster as tests see it: what it consists of, kubectl, the inside of its nodes and of the world,
 * and the failures that can be done to it. Works on the cluster that runs, whoever made it.
 */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { type CommandOptions, ClusterError, insideNamespace, runCommand } from './command.ts';
import { startApiServer, stopApiServer } from './control-plane.ts';
import { ADMIN_KUBECONFIG } from './credentials.ts';
import { importImage, killContainer } from './containerd.ts';
import { kubectlCommand } from './kubectl.ts';
import { findLogs } from './logs.ts';
import { replaceDisk } from './disk.ts';
import { connectNode, disconnectNode, plugNode, unplugNode } from './network.ts';
import { enterNode, killNode, letNodeJoin, startNode } from './node.ts';
import { nodeFiles } from './node-config.ts';
import { LAN_NAMESPACE, type NodePlan, type WorldPlan } from './plan.ts';
import { type ClusterState, requireState } from './state.ts';
import type { ImageArchive } from '../parts/images.ts';
import type { Parts } from '../parts/parts.ts';

export interface Cluster {
  /** The first carries the control plane in its network namespace. */
  readonly nodes: readonly NodePlan[];
  /** A host outside the cluster. */
  readonly world: WorldPlan;
  /** The network namespace with the bridge that joins nodes and world; a port is named as its node, or `world`. */
  readonly lanNamespace: string;
  readonly parts: Parts;
  /** The admin's. Of use in the first node's network namespace. */
  readonly kubeconfig: string;

  /** Runs kubectl as admin; its standard output. Rejects with what it printed when it fails. */
  kubectl(parameters: readonly string[], options?: CommandOptions): Promise<string>;
  /** The command line that does so, for whoever wants to start it. */
  kubectlCommand(parameters: readonly string[]): readonly string[];
  /** Runs a command on the node, as root; its standard output. Rejects when it fails. */
  insideNode(node: string, command: readonly string[], options?: CommandOptions): Promise<string>;
  /** The command line that does so. It stays valid until the node is stopped. */
  nodeCommand(node: string, command: readonly string[]): Promise<readonly string[]>;
  /** Runs a command on the host outside the cluster; its standard output. */
  insideWorld(command: readonly string[], options?: CommandOptions): Promise<string>;
  /** The command line that does so. */
  worldCommand(command: readonly string[]): readonly string[];

  /** What a component (such as `kubelet`) of a node, or of `control-plane`, printed until now. */
  readLog(where: string, component: string): Promise<string>;
  /** Gives the kubelet a pod that needs no API server. Its name is the manifest's, `-` and the node's. */
  addStaticPod(node: string, manifest: StaticPod): Promise<void>;
  removeStaticPod(node: string, name: string): Promise<void>;
  /** Brings one more image, or another version of one, into every node. */
  importImage(image: ImageArchive): Promise<void>;

  /** Kills the first process of every such container of the namespace that runs on the node. */
  killContainerProcess(node: string, namespace: string, container: string): Promise<void>;
  /** Ends the API server at once. All else goes on. */
  stopApiServer(): Promise<void>;
  /** Starts it with the data it had. Resolves when it is ready. */
  startApiServer(): Promise<void>;
  /** Cuts the node's power: all of its processes, pods and interfaces are gone. Not for the first node. */
  stopNode(node: string): Promise<void>;
  /** Starts it again, with its disk as it was. */
  startNode(node: string): Promise<void>;
  /** Puts an empty disk, with images and nothing else, into a node that was stopped. */
  replaceDisk(node: string): Promise<void>;
  /** Cuts the node off from all others and the world; what runs on it goes on. Not for the first node. */
  unplugNode(node: string): Promise<void>;
  plugNode(node: string): Promise<void>;
  /** Ends the kubelet, which is started again: it registers its Node if there is none. */
  restartKubelet(node: string): Promise<void>;
}

/** A Pod's manifest, as far as this file has to know it. */
export interface StaticPod {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

/** Opens the cluster that runs. Throws ClusterError if there is none. */
export async function openCluster(): Promise<Cluster> {
  const state = await requireState();
  return { ...describe(state), ...commandsOf(state), ...filesOf(state), ...failuresOf(state) };
}

function describe({ plan, parts }: ClusterState) {
  return {
    nodes: plan.nodes,
    world: plan.world,
    lanNamespace: LAN_NAMESPACE,
    parts,
    kubeconfig: ADMIN_KUBECONFIG,
  };
}

function commandsOf(state: ClusterState) {
  const toKubectl = (parameters: readonly string[]) => kubectlCommand(state, parameters);
  const toNode = async (node: string, command: readonly string[]) =>
    await enterNode(findNode(state, node), command);
  const toWorld = (command: readonly string[]) =>
    insideNamespace(state.plan.world.namespace, command);
  return {
    kubectl: async (parameters: readonly string[], options?: CommandOptions) =>
      await runCommand(toKubectl(parameters), options),
    kubectlCommand: toKubectl,
    insideNode: async (node: string, command: readonly string[], options?: CommandOptions) =>
      await runCommand(await toNode(node, command), options),
    nodeCommand: toNode,
    insideWorld: async (command: readonly string[], options?: CommandOptions) =>
      await runCommand(toWorld(command), options),
    worldCommand: toWorld,
  };
}

function filesOf(state: ClusterState) {
  const staticPod = (node: string, name: string) =>
    `${nodeFiles(findNode(state, node)).staticPods}/${name}.json`;
  return {
    readLog: async (where: string, component: string) => {
      const logs = await findLogs(where, component);
      return (await Promise.all(logs.map(({ file }) => readFile(file, 'utf8')))).join('');
    },
    addStaticPod: async (node: string, manifest: StaticPod) => {
      const file = staticPod(node, manifest.metadata.name);
      // The kubelet passes over names that begin with a dot, and so never reads half a manifest.
      const draft = staticPod(node, `.${manifest.metadata.name}`);
      await writeFile(draft, JSON.stringify(manifest));
      await rename(draft, file);
    },
    removeStaticPod: async (node: string, name: string) =>
      await rm(staticPod(node, name), { force: true }),
    importImage: async (image: ImageArchive) => {
      await Promise.all(state.plan.nodes.map((node) => importImage(node, image)));
    },
  };
}

function failuresOf(state: ClusterState) {
  const { world } = state.plan;
  return {
    killContainerProcess: async (node: string, namespace: string, container: string) =>
      await killContainer(findNode(state, node), { namespace, name: container }),
    stopApiServer,
    startApiServer: async () => await startApiServer(state),
    stopNode: async (name: string) => {
      const node = findWorker(state, name);
      await killNode(node);
      await disconnectNode(node);
    },
    startNode: async (name: string) => {
      const node = findNode(state, name);
      await connectNode(node, world);
      await startNode(state, node);
      await letNodeJoin(node);
    },
    replaceDisk: async (name: string) => await replaceDisk(state, findNode(state, name)),
    unplugNode: async (name: string) => await unplugNode(findWorker(state, name)),
    plugNode: async (name: string) => await plugNode(findNode(state, name)),
    restartKubelet: async (name: string) => {
      // The node's first process starts it again; no process of another node is seen in there.
      const kill = ['sh', '-c', 'kill -KILL $(pidof kubelet)'];
      await runCommand(await enterNode(findNode(state, name), kill));
    },
  };
}

/** Not the first. Throws ClusterError. */
function findWorker(state: ClusterState, name: string): NodePlan {
  const node = findNode(state, name);
  if (node !== state.plan.nodes[0]) return node;
  throw new ClusterError(
    `${name} carries the control plane in its network namespace: take another node`,
  );
}

function findNode({ plan }: ClusterState, name: string): NodePlan {
  const node = plan.nodes.find((node) => node.name === name);
  if (node !== undefined) return node;
  const names = plan.nodes.map((node) => node.name).join(', ');
  throw new ClusterError(`there is no node "${name}": expected one of ${names}`);
}
