/**
 * Transports on loopback sockets for tests, and strangers that speak to them as they like. What a
 * transport tells or counts is waited for, never slept for.
 */
import { once } from 'node:events';
import type { TLSSocket } from 'node:tls';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { Counters } from '#peer/counters.ts';
import { formatAddress } from '#peer/ipam/cidr.ts';
import { parseAddress } from '#peer/ipam/parse.ts';
import type { MeshEvent } from '#peer/mesh/effect.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import type { Endpoint } from '#peer/mesh/record.ts';
import { type ClusterKeys, parseClusterKeys } from '#peer/transport/cluster-keys.ts';
import {
  type Credentials,
  type Transcript,
  makeAuth,
  makeHello,
} from '#peer/transport/handshake.ts';
import { Transport, type TransportOptions } from '#peer/transport/transport.ts';
import { decodeFrame, encodeFrame } from '#peer/wire/frame-codec.ts';
import type { Hello, LinkFrame } from '#peer/wire/link-frame.ts';
import { clusterHash } from '#peer/wire/identity.ts';
import { TEST_CLUSTER, testIdentity } from '#test/support/records.ts';

export const OLD_KEY = 'the old key of the cluster';
export const NEW_KEY = 'the new key of the cluster';

export function credentialsOf(n: number, changes: Partial<Credentials> = {}): Credentials {
  return {
    identity: testIdentity(n),
    name: `node${n}`,
    cluster: TEST_CLUSTER,
    clusterName: 'test',
    keys: parseClusterKeys(OLD_KEY, 'the test'),
    configDigest: new Uint8Array(16),
    ...changes,
  };
}

export const ANOTHER_CLUSTER = clusterHash('another');

/** Lets tests wait until something holds that events or counts bring about. */
class Watch {
  readonly #waiting = new Set<() => void>();

  changed(): void {
    for (const look of this.#waiting) look();
  }

  async until<T>(look: () => T | undefined): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<T>();
    const wait = (): void => {
      const found = look();
      if (found === undefined) return;
      this.#waiting.delete(wait);
      resolve(found);
    };
    this.#waiting.add(wait);
    wait();
    return await promise;
  }
}

class WatchedCounters extends Counters {
  readonly #watch: Watch;

  constructor(watch: Watch) {
    super();
    this.#watch = watch;
  }

  override add(name: string, count = 1): void {
    super.add(name, count);
    this.#watch.changed();
  }
}

/** A transport of the numbered identity, and everything that it told. */
export interface End {
  readonly transport: Transport;
  readonly id: PeerId;
  readonly endpoint: Endpoint;
  readonly counters: Counters;
  readonly events: readonly MeshEvent[];
  /** Resolves to the n-th event of the type, counted from 1. */
  event<T extends MeshEvent['type']>(
    type: T,
    nth?: number,
  ): Promise<Extract<MeshEvent, { type: T }>>;
  /** Resolves when so much was counted under the name. */
  counted(name: string, count?: number): Promise<void>;
}

export interface EndOptions {
  readonly credentials?: Partial<Credentials>;
  /** In place of those of the credentials: read anew each time. */
  readonly keys?: () => ClusterKeys;
  readonly address?: string;
  readonly onQuestion?: TransportOptions['onQuestion'];
  readonly findLinkedAt?: TransportOptions['findLinkedAt'];
  readonly now?: () => number;
  readonly memberAddresses?: TransportOptions['memberAddresses'];
  readonly universe?: TransportOptions['universe'];
  /** Called with each event as the mesh is: before the transport goes on. */
  readonly onEvent?: (event: MeshEvent) => void;
}

/** A test, or whoever else has something called at its end. */
export interface Closing {
  after(close: () => unknown): void;
}

export async function openEnd(t: Closing, n: number, options: EndOptions = {}): Promise<End> {
  const watch = new Watch();
  const counters = new WatchedCounters(watch);
  const events: MeshEvent[] = [];
  const address = parseAddress(options.address ?? '127.0.0.1');
  const credentials = credentialsOf(n, options.credentials);
  const transport = await Transport.open({
    listen: { address, port: 0 },
    credentials: {
      ...credentials,
      get keys() {
        return options.keys?.() ?? credentials.keys;
      },
    },
    counters,
    log: pino({ level: 'silent' }),
    now: options.now ?? (() => performance.now()),
    memberAddresses: options.memberAddresses,
    universe: options.universe,
    onEvent: (event) => {
      options.onEvent?.(event);
      events.push(event);
      watch.changed();
    },
    findLinkedAt: options.findLinkedAt ?? (() => undefined),
    onQuestion: options.onQuestion ?? (() => Promise.reject(new Error('nothing is answered'))),
  });
  t.after(() => transport.stop());
  return {
    transport,
    id: testIdentity(n).id,
    endpoint: { address, port: transport.port },
    counters,
    events,
    event: async <T extends MeshEvent['type']>(type: T, nth = 1) =>
      await watch.until(
        () =>
          events.filter((event): event is Extract<MeshEvent, { type: T }> => event.type === type)[
            nth - 1
          ],
      ),
    counted: async (name, count = 1) => {
      await watch.until(() => (counters.get(name) >= count ? true : undefined));
    },
  };
}

/** A link between the two; resolves to its id at either end. Rejects when the dial fails. */
export async function link(from: End, to: End): Promise<{ from: number; to: number }> {
  const [ours, theirs] = [count(from, 'link-up') + 1, count(to, 'link-up') + 1];
  const failed = from.event('dial-failed', count(from, 'dial-failed') + 1);
  from.transport.dial(to.endpoint);
  const up = await Promise.race([from.event('link-up', ours), failed]);
  if (up.type === 'dial-failed') throw new Error('the dial failed');
  return { from: up.link, to: (await to.event('link-up', theirs)).link };
}

/** How often the end told this type of event. */
export function count(end: End, type: MeshEvent['type']): number {
  return end.events.filter((event) => event.type === type).length;
}

/** A WebSocket to an end, by whoever it may be. */
export class Stranger {
  readonly socket: WebSocket;
  readonly tls: TLSSocket;
  /** Resolves when the other end has let go of the TCP connection. */
  readonly gone: Promise<void>;
  readonly #frames: Buffer[] = [];
  readonly #watch = new Watch();

  private constructor(socket: WebSocket, tls: TLSSocket) {
    this.socket = socket;
    this.tls = tls;
    this.gone = new Promise((resolve) => tls.once('close', () => resolve()));
    socket.on('message', (data) => {
      this.#frames.push(data as Buffer);
      this.#watch.changed();
    });
    // It may be cut off in the middle of anything.
    socket.on('error', () => {});
    tls.on('error', () => {});
  }

  /** `from` is the address that it comes from, for ends on IPv4. */
  static async connect(t: Closing, end: End, from?: string): Promise<Stranger> {
    const local = from === undefined ? {} : { localAddress: from };
    const socket = new WebSocket(urlOf(end), { rejectUnauthorized: false, ...local });
    const upgraded = once(socket, 'upgrade');
    await once(socket, 'open');
    const [{ socket: tls }] = (await upgraded) as [{ socket: TLSSocket }];
    t.after(() => socket.terminate());
    return new Stranger(socket, tls);
  }

  send(frame: LinkFrame): Uint8Array {
    const bytes = encodeFrame(frame);
    this.socket.send(bytes);
    return bytes;
  }

  get messageCount(): number {
    return this.#frames.length;
  }

  /** The n-th message that it got, counted from 1, as it came. */
  async message(nth: number): Promise<Uint8Array> {
    return await this.#watch.until(() => this.#frames[nth - 1]);
  }

  /** Resolves to the reason with which the other end said farewell. */
  async refusedFor(): Promise<string> {
    return await this.#watch.until(() => {
      const frames = this.#frames.map((bytes) => decodeFrame(bytes));
      const bye = frames.find((frame) => frame?.type === 'bye');
      return bye?.type === 'bye' ? bye.reason : undefined;
    });
  }

  /** The handshake of an initiator with these credentials, as far as the other end lets it. */
  async handshake(
    credentials: Credentials,
    hello: Hello = this.helloOf(credentials),
  ): Promise<{ hello: Uint8Array; auth: Uint8Array }> {
    const sent = this.send(hello);
    const responderHello = await this.message(1);
    const said = this.transcript(sent, responderHello);
    const auth = this.send(makeAuth(credentials, said, 'initiator'));
    return { hello: sent, auth };
  }

  /** A Hello of an initiator on this channel. */
  helloOf(credentials: Credentials): Hello {
    return makeHello(credentials, { exporter: this.exporter(), role: 'initiator' });
  }

  transcript(initiatorHello: Uint8Array, responderHello: Uint8Array): Transcript {
    return { exporter: this.exporter(), initiatorHello, responderHello };
  }

  exporter(): Uint8Array {
    return this.tls.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
  }
}

/** Connects as a member and goes on to do as it likes. */
export async function connectMember(t: Closing, end: End, n: number): Promise<Stranger> {
  const stranger = await Stranger.connect(t, end);
  await stranger.handshake(credentialsOf(n));
  await stranger.message(2);
  return stranger;
}

export function urlOf({ endpoint }: End): string {
  const text = formatAddress(endpoint.address);
  const host = endpoint.address.family === 6 ? `[${text}]` : text;
  return `wss://${host}:${endpoint.port}/weft/v1/link`;
}
