/**
 * Nodes without kubelets: Node objects of a real API server, each with a machine (a namespace) on
 * which a real peer runs as in its pod, with the rights that manifests/ give it and no more. What a
 * kubelet and a cloud would do to them a test does.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mapConcurrently } from '#peer/lab/command.ts';
import type { ApiClient } from '#peer/kubernetes/api-client.ts';
import type { Report } from '#peer/http/report.ts';
import { eventually } from '#test/support/eventually.ts';
import { createNamespace, type Namespace } from '#test/support/namespace.ts';
import { buildLauncher, createScratchDirectory } from '#test/support/plugin-launcher.ts';
import { RealPeer } from '#test/support/real-peer.ts';
import { API_PORT, ControlPlane } from './control-plane.ts';
import {
  createNode,
  createRights,
  createToken,
  deleteNode,
  leasesPath,
} from './kubernetes-objects.ts';
import { findPrograms } from './programs.ts';
import { RoutedUnderlay } from './routed-underlay.ts';

const MANIFEST = 'manifests/weft.yaml';
/** Of the manifest. */
const NAMESPACE = 'weft';
const ACCOUNT = { namespace: NAMESPACE, name: 'weft' };
/** A peer is ready a second after its start; on two cores that a hundred others use, much later. */
const READY = { withinMs: 120_000, everyMs: 500 };
/** Machines that are switched off at a time: more `ip` processes only wait for each other. */
const CONCURRENCY = 8;

export interface ApiNode {
  /** Of the Node. Another machine may have it later. */
  readonly name: string;
  readonly address: string;
  readonly namespace: Namespace;
  readonly peer: RealPeer;
}

/** A Lease as far as it says who has which name. */
interface PeerLease {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly holderIdentity?: string };
}

export class ApiNodes implements AsyncDisposable {
  readonly #parts: AsyncDisposableStack;
  readonly #underlay: RoutedUnderlay;
  readonly #admin: ApiClient;
  readonly #directory: string;
  readonly #accountDirectory: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #running = new Set<ApiNode>();
  #machines = 0;

  private constructor(options: {
    readonly parts: AsyncDisposableStack;
    readonly underlay: RoutedUnderlay;
    readonly admin: ApiClient;
    readonly directory: string;
    readonly accountDirectory: string;
    readonly apiAddress: string;
  }) {
    this.#parts = options.parts;
    this.#underlay = options.underlay;
    this.#admin = options.admin;
    this.#directory = options.directory;
    this.#accountDirectory = options.accountDirectory;
    this.#environment = {
      KUBERNETES_SERVICE_HOST: options.apiAddress,
      KUBERNETES_SERVICE_PORT: String(API_PORT),
    };
  }

  /** A cluster without nodes. Its garbage collector runs. */
  static async create(): Promise<ApiNodes> {
    await buildLauncher();
    await using parts = new AsyncDisposableStack();
    const directory = parts.use(createScratchDirectory()).path;
    const underlay = parts.use(await RoutedUnderlay.create());
    let apiAddress = '';
    const connect = async (namespace: Namespace): Promise<string> => {
      apiAddress = await underlay.connect(namespace);
      return apiAddress;
    };
    const plane = parts.use(await ControlPlane.start({ bin: await findPrograms(), connect }));
    plane.startGarbageCollector();
    const admin = plane.openClient('admin');
    await createRights(admin, MANIFEST);
    const accountDirectory = join(directory, 'service-account');
    await mountAccount(plane, admin, accountDirectory);
    const made = { underlay, admin, directory, accountDirectory, apiAddress };
    return new ApiNodes({ parts: parts.move(), ...made });
  }

  /** Those whose machines are on, in the order in which they were made. */
  running(): readonly ApiNode[] {
    return [...this.#running];
  }

  /** A machine that is on, and its Node. Its peer does not run yet. */
  async add(name: string): Promise<ApiNode> {
    const namespace = await createNamespace();
    const address = await this.#underlay.connect(namespace);
    const peer = new RealPeer({
      namespace,
      directory: join(this.#directory, `machine${++this.#machines}`),
      environment: this.#environment,
      flags: { kubernetes: 'true', name, 'service-account-dir': this.#accountDirectory },
    });
    const node = { name, address, namespace, peer };
    this.#running.add(node);
    await this.createNode(node);
    return node;
  }

  /** The peer's report, once it serves ADDs. Throws what it logged when it ends instead. */
  async ready({ name, peer }: ApiNode): Promise<Report> {
    const probe = async (): Promise<Report | undefined> => {
      if (!peer.isRunning()) throw new Error(`the peer of ${name} ended:\n${peer.log()}`);
      const report = await peer.tryReport();
      return report?.peer.state === 'ready' ? report : undefined;
    };
    const instead = (): string => peer.log();
    return await eventually(`the peer of ${name} is ready`, probe, { ...READY, instead });
  }

  async createNode({ name, address }: ApiNode): Promise<void> {
    await createNode(this.#admin, name, address);
  }

  /** The Lease that it owns goes with it, a moment later. */
  async deleteNode({ name }: ApiNode): Promise<void> {
    await deleteNode(this.#admin, name);
  }

  /** A power cut. */
  async switchOff(node: ApiNode): Promise<void> {
    this.#running.delete(node);
    await endPeer(node);
    await node.namespace[Symbol.asyncDispose]();
  }

  /** The names that the arbiter has, with their identities. */
  async registered(): Promise<ReadonlyMap<string, string>> {
    const answer = await this.#admin.request({ method: 'GET', path: leasesPath(NAMESPACE) });
    const { items } = answer as { readonly items: readonly PeerLease[] };
    return new Map(
      items.flatMap(({ metadata, spec }) => {
        const name = /^peer-(.*)$/.exec(metadata.name)?.[1];
        return name === undefined ? [] : [[name, spec.holderIdentity ?? '']];
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await mapConcurrently(this.running(), CONCURRENCY, (node) => this.switchOff(node));
    await this.#parts.disposeAsync();
  }
}

/** As a kubelet mounts it into a pod. */
async function mountAccount(
  plane: ControlPlane,
  admin: ApiClient,
  directory: string,
): Promise<void> {
  mkdirSync(directory);
  const files = {
    token: await createToken(admin, ACCOUNT),
    'ca.crt': readFileSync(plane.authorityFile(), 'utf8'),
    namespace: NAMESPACE,
  };
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(directory, name), content, { mode: 0o600 });
  }
}

/** Ends the peer's process at once, if it runs. */
export async function endPeer({ peer }: ApiNode): Promise<void> {
  if (peer.isRunning()) await peer.end('SIGKILL');
}

/** An empty disk in the place of the one that it has. Its peer must not run. */
export function replaceDisk({ peer }: ApiNode): void {
  rmSync(peer.stateDirectory, { recursive: true, force: true });
}
