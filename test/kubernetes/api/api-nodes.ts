/**
 * Nodes without kubelets: Node objects of a real API server, each with a machine on which a peer runs
 * that has no kernel, with the rights that manifests/ give it and no more. What a kubelet, a cloud and
 * a power cut would do to them a test does. Machines are addresses of the loopback.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '#peer/http/report.ts';
import { formatAddress } from '#peer/ipam/cidr.ts';
import type { ApiClient } from '#peer/kubernetes/api-client.ts';
import type { HostEnd } from '#peer/kernel/host-ends.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { mapConcurrently } from '#peer/lab/command.ts';
import { eventuallyTrue } from '#test/support/eventually.ts';
import { createScratchDirectory } from '#test/support/plugin-launcher.ts';
import { LOOPBACK_CERTIFICATE } from '#test/unit/kubernetes/loopback-certificate.ts';
import { ControlPlane } from './control-plane.ts';
import { KernellessGroup } from './kernelless-group.ts';
import type { PeerAnswers, PeerRequest } from './kernelless-messages.ts';
import {
  createNode,
  createRights,
  createToken,
  deleteNode,
  leasesPath,
} from './kubernetes-objects.ts';
import { findPrograms } from './programs.ts';

const MANIFEST = 'manifests/weft.yaml';
/** Of the manifest. */
const NAMESPACE = 'weft';
const ACCOUNT = { namespace: NAMESPACE, name: 'weft' };
/** Where the machines are; each takes the next address. */
const MACHINE_PREFIX = '127.77';
const BYTE = 256;
/** A join takes a second; in a process that a hundred peers share, many. */
const READY = { withinMs: 120_000, everyMs: 200 };
/** Processes that share the peers: as many as there are cores where this has to run. */
const GROUPS = 2;
/** For requests from the process that all peers share. */
const ANSWER_MS = 60_000;
/** Peers that end at a time. */
const CONCURRENCY = 8;

/** A machine, its Node, and what runs on it. */
export class ApiNode {
  /** Of the Node. Another machine may have it later. */
  readonly name: string;
  readonly address: string;
  readonly #machine: Machine;
  /** The pods that run, as the kernel has them: with or without a peer. */
  readonly #hostEnds: HostEnd[] = [];
  #starting: Promise<PeerId> | undefined;

  constructor(name: string, address: string, machine: Machine) {
    this.name = name;
    this.address = address;
    this.#machine = machine;
  }

  /** Resolves when it serves ADDs. Rejects with why it ended instead. */
  async startPeer(): Promise<void> {
    const { args, environment } = this.#machine;
    const options = { args, environment, hostEnds: this.#hostEnds };
    this.#starting = this.#ask({ type: 'start', options });
    await this.#starting;
    const isReady = (): Promise<boolean> => this.#ask({ type: 'is-ready' });
    await eventuallyTrue(`the peer of ${this.name} is ready`, isReady, READY);
  }

  /** Does nothing if none runs. */
  async stopPeer(): Promise<void> {
    const starting = this.#starting;
    this.#starting = undefined;
    const isStarted = await starting?.then(
      () => true,
      () => false,
    );
    if (isStarted === true) await this.#ask({ type: 'stop' });
  }

  /** Attaches a pod; its address. */
  async attachPod(containerId: string): Promise<string> {
    const attachment = await this.#ask({ type: 'attach', containerId });
    const { hostInterface, podName, addresses, podMac } = attachment;
    this.#hostEnds.push({ name: hostInterface, alias: podName, addresses, podMac });
    const [address] = addresses;
    if (address === undefined) throw new Error(`${containerId} on ${this.name} has no address`);
    return formatAddress(address);
  }

  async report(): Promise<Report> {
    return await this.#ask({ type: 'report' });
  }

  /** An empty disk in the place of the one that it has. No peer may run. */
  replaceDisk(): void {
    rmSync(this.#machine.stateDirectory, { recursive: true, force: true });
  }

  #ask<T extends PeerRequest>(request: T): Promise<PeerAnswers[T['type']]> {
    return this.#machine.group.ask(this.#machine.number, request);
  }
}

/** Where a peer is started, and with what. */
interface Machine {
  readonly number: number;
  readonly group: KernellessGroup;
  readonly stateDirectory: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** A Lease as far as it says who has which name. */
interface PeerLease {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly holderIdentity?: string };
}

interface Cluster {
  readonly admin: ApiClient;
  /** What a pod has in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly accountDirectory: string;
}

export class ApiNodes implements AsyncDisposable {
  readonly #parts: AsyncDisposableStack;
  readonly #cluster: Cluster;
  readonly #groups: readonly KernellessGroup[];
  readonly #running = new Set<ApiNode>();
  #machines = 0;
  #isOver = false;

  private constructor(parts: AsyncDisposableStack, cluster: Cluster) {
    this.#parts = parts;
    this.#cluster = cluster;
    this.#groups = Array.from({ length: GROUPS }, () => parts.use(new KernellessGroup()));
  }

  /** A cluster without nodes. Its garbage collector runs. */
  static async create(): Promise<ApiNodes> {
    await using parts = new AsyncDisposableStack();
    const directory = parts.use(createScratchDirectory()).path;
    const plane = parts.use(await ControlPlane.start(await findPrograms()));
    plane.startGarbageCollector();
    const admin = plane.openClient('admin', ANSWER_MS);
    await createRights(admin, MANIFEST);
    const accountDirectory = join(directory, 'service-account');
    await mountAccount(admin, accountDirectory);
    const environment = {
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: String(plane.proxy.port),
    };
    return new ApiNodes(parts.move(), { admin, environment, directory, accountDirectory });
  }

  /** Those whose machines are on, in the order in which they were made. */
  running(): readonly ApiNode[] {
    return [...this.#running];
  }

  /** A machine that is on, and its Node. Its peer does not run yet. */
  async add(name: string): Promise<ApiNode> {
    if (this.#isOver) throw new Error(`${name} comes after the end of the cluster`);
    const { environment, directory, accountDirectory } = this.#cluster;
    const number = ++this.#machines;
    const address = `${MACHINE_PREFIX}.${Math.floor(number / BYTE)}.${number % BYTE}`;
    const stateDirectory = join(directory, `machine${number}`);
    const flags = [`--name=${name}`, `--state-dir=${stateDirectory}`];
    const args = ['--kubernetes', `--service-account-dir=${accountDirectory}`, ...flags];
    const group = this.#groups[number % GROUPS];
    if (group === undefined) throw new Error('there are no processes for peers');
    const machine = { number, group, stateDirectory, args, environment };
    const node = new ApiNode(name, address, machine);
    this.#running.add(node);
    await this.createNode(node);
    return node;
  }

  async createNode({ name, address }: ApiNode): Promise<void> {
    await createNode(this.#cluster.admin, name, address);
  }

  /** The Lease that it owns goes with it, a moment later. */
  async deleteNode({ name }: ApiNode): Promise<void> {
    await deleteNode(this.#cluster.admin, name);
  }

  /** For good: its peer and its pods end. */
  async switchOff(node: ApiNode): Promise<void> {
    this.#running.delete(node);
    await node.stopPeer();
  }

  /** The names that the arbiter has, with their identities. */
  async registered(): Promise<ReadonlyMap<string, string>> {
    const request = { method: 'GET', path: leasesPath(NAMESPACE) } as const;
    const answer = await this.#cluster.admin.request(request);
    const { items } = answer as { readonly items: readonly PeerLease[] };
    return new Map(
      items.flatMap(({ metadata, spec }) => {
        const name = /^peer-(.*)$/.exec(metadata.name)?.[1];
        return name === undefined ? [] : [[name, spec.holderIdentity ?? '']];
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await mapConcurrently(this.running(), CONCURRENCY, (node) => this.switchOff(node));
    await this.#parts.disposeAsync();
  }
}

/** As a kubelet mounts it into a pod; the API server is known by its proxy's certificate. */
async function mountAccount(admin: ApiClient, directory: string): Promise<void> {
  mkdirSync(directory);
  const files = {
    token: await createToken(admin, ACCOUNT),
    'ca.crt': LOOPBACK_CERTIFICATE.cert,
    namespace: NAMESPACE,
  };
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(directory, name), content, { mode: 0o600 });
  }
}
