/**
 * A real peer as far as the mesh goes: the daemon's own core, driver, codec and transport, on real
 * sockets. Its disk is memory, it programs no kernel, and it is a member from the beginning.
 */
import { pino } from 'pino';
import { assert } from '#peer/assert.ts';
import { Core } from '#peer/core/core.ts';
import type { Counters } from '#peer/counters.ts';
import { Driver } from '#peer/daemon/driver.ts';
import { findLinkedAt } from '#peer/daemon/linked-endpoint.ts';
import { answerSpace, askDonors } from '#peer/daemon/space-asking.ts';
import { Ipam } from '#peer/ipam/ipam.ts';
import type { PeerRecord } from '#peer/mesh/directory.ts';
import type { RecordCodec } from '#peer/mesh/mesh.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import type { DirectoryRecord, Endpoint, Profile } from '#peer/mesh/record.ts';
import type { Durable } from '#peer/ipam/durable.ts';
import type { Cidr } from '#peer/ipam/cidr.ts';
import type { Credentials } from '#peer/transport/handshake.ts';
import { Transport } from '#peer/transport/transport.ts';
import { createRecordCodec } from '#peer/wire/record-codec.ts';
import { hashView } from '#peer/wire/view-hash.ts';
/** As config/options.ts has it. */
const LINKS_MAX = 24;
const SILENT = pino({ level: 'silent' });
const now = (): number => performance.now();

export interface BenchPeerOptions {
  readonly n: number;
  readonly credentials: Credentials;
  /** Where it accepts links. */
  readonly endpoint: Endpoint;
  readonly profile: Profile;
  readonly universe: readonly Cidr[];
  /** What is on its disk. */
  readonly durable: Durable;
  /** Where to join. */
  readonly bootstrap: readonly Endpoint[];
  readonly counters: Counters;
  readonly wrapCodec?: (codec: RecordCodec) => RecordCodec;
  /** Told of each record that this peer takes into its directory. */
  readonly onLearned?: (peer: BenchPeer, records: readonly DirectoryRecord[]) => void;
}

export class BenchPeer {
  readonly n: number;
  readonly core: Core;
  /** Peers that it knows a record of, itself included. */
  readonly known = new Set<PeerId>();
  readonly #options: BenchPeerOptions;
  #transport: Transport | undefined;
  #noticesLearned = 0;
  readonly #driver: Driver;

  constructor(options: BenchPeerOptions) {
    this.n = options.n;
    this.#options = options;
    this.core = makeCore(options);
    this.#driver = this.#makeDriver();
  }

  get id(): PeerId {
    return this.core.self;
  }

  /** Listens, so that nobody who starts earlier is refused, and says nothing yet. */
  async listen(): Promise<void> {
    const { endpoint, credentials, counters } = this.#options;
    this.#transport = await Transport.open({
      listen: endpoint,
      credentials,
      counters,
      log: SILENT,
      now,
      onEvent: (event) => {
        if (event.type === 'link-up' || event.type === 'dial-failed') counters.add(event.type);
        this.#driver.tell(event);
      },
      findLinkedAt: (at) => findLinkedAt(this.core.mesh, at),
      onQuestion: (asker, question) => {
        assert(question.type === 'space', 'nobody here asks an arbiter');
        return answerSpace(this.#driver, asker.peer, question);
      },
    });
  }

  /** `recalled`: what it remembers of others from an earlier run. */
  start(recalled: readonly DirectoryRecord[] = []): void {
    this.#driver.start(recalled);
  }

  async stop(): Promise<void> {
    this.#driver.stop();
    await this.#transport?.stop();
  }

  /** Publishes its record anew, as after any change of it. */
  publish(): void {
    this.#driver.tell({ type: 'publish', content: this.#own().content });
  }

  /** Names the newest version of its own record, as Arrivals does. */
  version(): string {
    const { epoch, seq } = this.#own();
    return `${this.id} peer ${epoch} ${seq}`;
  }

  hasLinksTo(peers: readonly PeerId[]): boolean {
    const linked = new Set(this.core.mesh.links().map(({ peer }) => peer));
    return peers.every((peer) => linked.has(peer));
  }

  /**
   * Changes whenever its verdict on who is down may: on thousands of records a verdict takes a
   * while, and all peers of the bench share the core that they are looked at from.
   */
  basisOfDown(): string {
    return `${this.#noticesLearned} ${this.core.mesh.links().length}`;
  }

  #own(): PeerRecord {
    const own = this.core.mesh.directory.peer(this.id);
    assert(own !== undefined, 'it has started');
    return own;
  }

  #makeDriver(): Driver {
    const { core } = this;
    const { counters, durable } = this.#options;
    const transport = (): Transport => {
      assert(this.#transport !== undefined, 'it listens');
      return this.#transport;
    };
    const driver: Driver = new Driver({
      core,
      counters,
      now,
      ports: {
        dial: (endpoint) => {
          counters.add('dial');
          transport().dial(endpoint);
        },
        send: (link, frame) => {
          counters.add(`sent-${frame.type}`);
          if (frame.type === 'records') counters.add('records-in-frames', frame.records.length);
          transport().send(link, frame);
        },
        close: (link, reason) => transport().close(link, reason),
        commit: () => {},
        remember: (records) => this.#learned(records),
        askSpace: (donors, need) =>
          askDonors({ core, transport: transport(), log: SILENT, now }, donors, need),
        askView: () => driver.tell({ type: 'view', view: durable.custody.view }),
        askExecutor: () => Promise.resolve(undefined),
        askPeerView: () => Promise.resolve(undefined),
        lookAgain: () => {},
        fence: (reason) => {
          throw new Error(`peer ${this.n} fenced itself: ${reason}`);
        },
      },
    });
    return driver;
  }

  #learned(records: readonly DirectoryRecord[]): void {
    for (const { peer, content } of records) {
      if (content.type === 'peer') this.known.add(peer);
      else this.#noticesLearned++;
    }
    this.#options.onLearned?.(this, records);
  }
}

function makeCore(options: BenchPeerOptions): Core {
  const { credentials, universe, durable, wrapCodec } = options;
  const { identity, cluster } = credentials;
  const self = identity.id;
  const codec = createRecordCodec(identity, cluster);
  return new Core({
    self,
    epoch: 1,
    instance: 1n,
    codec: wrapCodec?.(codec) ?? codec,
    ipam: new Ipam({ self, universe, durable, now: now(), hashView }),
    profile: options.profile,
    bootstrap: options.bootstrap,
    linksMax: LINKS_MAX,
    random: Math.random,
  });
}
