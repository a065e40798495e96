/** Nodes with a peer that runs as in a pod, all told of one fake cluster. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createScratchDirectory, buildLauncher } from './plugin-launcher.ts';
import { FakeCluster } from './fake-cluster.ts';
import { createNamespace, type Namespace } from './namespace.ts';
import { type Flags, RealPeer } from './real-peer.ts';

/** RFC 2544 sets 198.18.0.0/15 aside for testing networks. */
const LAN_PREFIX = '198.18.1.';

export interface FakeNode {
  readonly name: string;
  readonly address: string;
  readonly namespace: Namespace;
  readonly peer: RealPeer;
  /** Where its peer reads options: as a mounted ConfigMap. */
  readonly optionsDirectory: string;
}

export class FakeNodes implements AsyncDisposable {
  readonly cluster: FakeCluster;
  readonly #parts: AsyncDisposableStack;
  readonly #directory: string;
  readonly #lan: Namespace;
  #made = 0;

  private constructor(parts: AsyncDisposableStack, directory: string, lan: Namespace) {
    this.#parts = parts;
    this.#directory = directory;
    this.#lan = lan;
    this.cluster = parts.use(new FakeCluster(directory));
  }

  /** A cluster without nodes. */
  static async create(): Promise<FakeNodes> {
    await buildLauncher();
    await using parts = new AsyncDisposableStack();
    const directory = parts.use(createScratchDirectory()).path;
    const lan = parts.use(await createNamespace());
    await lan.exec('ip', 'link', 'add', 'lan', 'type', 'bridge', 'mcast_snooping', '0');
    await lan.exec('ip', 'link', 'set', 'lan', 'up');
    return new FakeNodes(parts.move(), directory, lan);
  }

  /** A node that the cluster knows; its peer does not run yet. */
  async add(flags: Flags = {}): Promise<FakeNode> {
    const number = ++this.#made;
    const [name, address] = [`node${number}`, `${LAN_PREFIX}${number}`];
    const namespace = this.#parts.use(await createNamespace());
    await this.#cable(namespace, `port${number}`, address);
    const directory = join(this.#directory, name);
    const optionsDirectory = join(directory, 'options');
    const peer = new RealPeer({
      namespace,
      directory,
      environment: await this.cluster.serveIn(namespace),
      flags: {
        kubernetes: 'true',
        name,
        'service-account-dir': this.cluster.accountDirectory,
        'options-dir': optionsDirectory,
        ...flags,
      },
    });
    mkdirSync(optionsDirectory, { recursive: true });
    this.cluster.addNode(name, address);
    this.#parts.defer(async () => {
      if (peer.isRunning()) await peer.end('SIGKILL');
    });
    return { name, address, namespace, peer, optionsDirectory };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync();
  }

  async #cable(namespace: Namespace, port: string, address: string): Promise<void> {
    const far = ['peer', 'name', 'eth0', 'netns', namespace.name];
    await this.#lan.exec('ip', 'link', 'add', port, 'type', 'veth', ...far);
    await this.#lan.exec('ip', 'link', 'set', port, 'master', 'lan', 'up');
    await namespace.exec('ip', 'addr', 'add', `${address}/24`, 'dev', 'eth0');
    await namespace.exec('ip', 'link', 'set', 'eth0', 'up');
  }
}
