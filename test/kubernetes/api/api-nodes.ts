/**
 * Nodes without kubelets: Node objects of a real API server, each with a machine on which a peer runs
 * that has no kernel, with the rights that manifests/ give it and no more. What a kubelet, a cloud and
 * a power cut would do to them a test does. Machines are addresses of the loopback.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '#peer/http/report.ts';
import type { ApiClient } from '#peer/kubernetes/api-client.ts';
import type { HostEnd } from '#peer/kernel/host-ends.ts';
import { mapConcurrently } from '#peer/lab/command.ts';
import { eventuallyTrue } from '#test/support/eventually.ts';
import { createScratchDirectory } from '#test/support/plugin-launcher.ts';
import { LOOPBACK_CERTIFICATE } from '#test/unit/kubernetes/loopback-certificate.ts';
import { ControlPlane } from './control-plane.ts';
import { type KernellessPeer, startKernellessPeer } from './kernelless-peer.ts';
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
const READY = { withinMs: 120_000 };
/** For requests from the process that all peers share. */
const ANSWER_MS = 60_000;
/** Peers that end at a time. */
const CONCURRENCY = 8;

/** A machine, its Node, and what runs on it. */
export class ApiNode {
  /** Of the Node. Another machine may have it later. */
  readonly name: string;
  readonly address: string;
  readonly stateDirectory: string;
  /** The pods that run, as the kernel has them: with or without a peer. */
  readonly hostEnds: HostEnd[] = [];
  readonly #start: (node: ApiNode) => Promise<KernellessPeer>;
  #starting: Promise<KernellessPeer> | undefined;
  #peer: KernellessPeer | undefined;

  constructor(
    options: Pick<ApiNode, 'name' | 'address' | 'stateDirectory'>,
    start: (node: ApiNode) => Promise<KernellessPeer>,
  ) {
    this.name = options.name;
    this.address = options.address;
    this.stateDirectory = options.stateDirectory;
    this.#start = start;
  }

  get peer(): KernellessPeer {
    if (this.#peer === undefined) throw new Error(`no peer runs on ${this.name}`);
    return this.#peer;
  }

  /** Resolves when it serves ADDs. Throws why it ended instead. */
  async startPeer(): Promise<KernellessPeer> {
    this.#starting = this.#start(this);
    const peer = await this.#starting;
    this.#peer = peer;
    await eventuallyTrue(`the peer of ${this.name} is ready`, () => peer.isReady(), READY);
    return peer;
  }

  async stopPeer(): Promise<void> {
    const starting = this.#starting;
    [this.#starting, this.#peer] = [undefined, undefined];
    const peer = await starting?.catch(() => undefined);
    await peer?.stop();
  }

  /** Attaches a pod; its address. */
  async attachPod(name: string): Promise<string> {
    const { hostInterface, podName, addresses, podMac } = await this.peer.attach(name);
    this.hostEnds.push({ name: hostInterface, alias: podName, addresses, podMac });
    const { attachments } = this.peer.report();
    const address = attachments.find(({ containerId }) => containerId === name)?.addresses[0];
    if (address === undefined) throw new Error(`${name} on ${this.name} has no address`);
    return address;
  }

  report(): Report {
    return this.peer.report();
  }

  /** An empty disk in the place of the one that it has. No peer may run. */
  replaceDisk(): void {
    rmSync(this.stateDirectory, { recursive: true, force: true });
  }
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
  readonly #running = new Set<ApiNode>();
  #machines = 0;
  #isOver = false;

  private constructor(parts: AsyncDisposableStack, cluster: Cluster) {
    this.#parts = parts;
    this.#cluster = cluster;
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
    const node = new ApiNode({ name, address, stateDirectory }, async ({ hostEnds }) => {
      return await startKernellessPeer({ args, environment, hostEnds });
    });
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
