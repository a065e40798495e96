/**
 * Several nodes on one machine, each a namespace with a real peer, joined by a bridge in a namespace
 * that stands for their network. Whoever makes one disposes of it, and nothing of it stays.
 */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '#peer/http/report.ts';
import { eventuallyTrue } from './eventually.ts';
import { createNamespace, type Namespace } from './namespace.ts';
import { buildLauncher, createScratchDirectory } from './plugin-launcher.ts';
import { type Flags, RealPeer } from './real-peer.ts';
import { createRealPod, type RealPod } from './real-pod.ts';

/** The bridge that all traffic between nodes crosses. */
export const LAN_BRIDGE = 'lan';
/** RFC 2544 sets 198.18.0.0/15 aside for testing networks. */
const LAN_PREFIX = '198.18.0.';
const LAN_PREFIX_LENGTH = 15;
/** Five seeds survive the loss of two: more are of no use to a test or a bench. */
const SEEDS_MAX = 5;

export interface RealNode {
  readonly name: string;
  /** On the underlay. */
  readonly address: string;
  readonly namespace: Namespace;
  readonly peer: RealPeer;
}

export class RealCluster implements AsyncDisposable {
  /** The nodes that it was made with, the seeds first. */
  readonly nodes: RealNode[] = [];
  readonly lan: Namespace;
  /** The cluster's key, which every peer proves its membership with. */
  readonly keyFile: string;
  readonly #parts: AsyncDisposableStack;
  readonly #directory: string;
  readonly #seeds: readonly string[];
  #nodesMade = 0;

  private constructor(size: number, lan: Namespace, parts: AsyncDisposableStack) {
    this.lan = lan;
    this.#parts = parts;
    this.#directory = parts.use(createScratchDirectory()).path;
    const most = Math.min(size, SEEDS_MAX);
    const seeds = most % 2 === 1 ? most : most - 1;
    this.#seeds = Array.from({ length: seeds }, (_, index) => `${LAN_PREFIX}${index + 1}`);
    this.keyFile = this.writeFile('key', `${randomBytes(32).toString('hex')}\n`);
  }

  /** `size` nodes and their network; no peer runs yet. `flags` are every peer's. */
  static async create(size: number, flags: Flags = {}): Promise<RealCluster> {
    await buildLauncher();
    const parts = new AsyncDisposableStack();
    try {
      const lan = parts.use(await createNamespace());
      await lan.exec('ip', 'link', 'add', LAN_BRIDGE, 'type', 'bridge', 'mcast_snooping', '0');
      await lan.exec('ip', 'link', 'set', LAN_BRIDGE, 'up');
      const cluster = new RealCluster(size, lan, parts);
      for (let number = 1; number <= size; number++) {
        cluster.nodes.push(await cluster.addNode({ name: `node${number}`, ...flags }));
      }
      return cluster;
    } catch (error) {
      await parts.disposeAsync();
      throw error;
    }
  }

  /** The same, with every peer ready. */
  static async start(size: number): Promise<RealCluster> {
    const cluster = await RealCluster.create(size);
    try {
      await cluster.startPeers();
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  async startPeers(): Promise<readonly Report[]> {
    for (const { peer } of this.nodes) peer.start();
    return await Promise.all(this.nodes.map(({ peer }) => peer.ready()));
  }

  /** Waits until every peer of `nodes` has a link to every other, as in a mesh of up to 9 peers. */
  async linked(): Promise<void> {
    await eventuallyTrue('every peer has a link to every other', async () => {
      const reports = await Promise.all(this.nodes.map(({ peer }) => peer.report()));
      return reports.every(({ links }) => links.length === this.nodes.length - 1);
    });
  }

  /** A further node of the same network. Its peer is configured as the others are but for `flags`. */
  async addNode(flags: Flags & { readonly name: string }): Promise<RealNode> {
    const number = ++this.#nodesMade;
    const address = `${LAN_PREFIX}${number}`;
    const namespace = this.#parts.use(await createNamespace());
    await this.#cable(namespace, { name: `port${number}`, address });
    const peer = new RealPeer({
      namespace,
      directory: join(this.#directory, `node${number}`),
      flags: {
        address,
        seeds: this.#seeds.join(','),
        'key-file': this.keyFile,
        // A single seed begins at the operator's word alone.
        ...(this.#seeds.length === 1 && { 'new-seed': 'true' }),
        ...flags,
      },
    });
    this.#parts.defer(async () => {
      if (peer.isRunning()) await peer.end('SIGKILL');
    });
    return { name: flags.name, address, namespace, peer };
  }

  /** A pod on the node, not attached yet. */
  async addPod(node: RealNode, name: string): Promise<RealPod> {
    return this.#parts.use(await createRealPod(node, name));
  }

  /** Writes a file that only its owner may read into the cluster's directory: its path. */
  writeFile(name: string, text: string): string {
    writeFileSync(this.#path(name), text, { mode: 0o600 });
    return this.#path(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync();
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }

  async #cable(
    namespace: Namespace,
    { name, address }: { readonly name: string; readonly address: string },
  ): Promise<void> {
    const far = ['peer', 'name', 'eth0', 'netns', namespace.name];
    await this.lan.exec('ip', 'link', 'add', name, 'type', 'veth', ...far);
    await this.lan.exec('ip', 'link', 'set', name, 'master', LAN_BRIDGE, 'up');
    await namespace.exec('ip', 'addr', 'add', `${address}/${LAN_PREFIX_LENGTH}`, 'dev', 'eth0');
    await namespace.exec('ip', 'link', 'set', 'eth0', 'up');
  }
}
