/**
 * The control port: TCP, TLS and WebSocket of those who dial us, up to the point where the
 * handshake of our own begins. Whoever they are, they can hold a bounded number of sockets for a
 * bounded time.
 */
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Counters } from '../counters.ts';
import { formatAddress } from '../ipam/cidr.ts';
import { listenError } from '../listen-error.ts';
import { endpointKey } from '../mesh/dials.ts';
import type { Endpoint } from '../mesh/record.ts';
import { AddressRate } from './address-rate.ts';
import { makeCertificate } from './certificate.ts';
import { CONNECTIONS_MAX, FAREWELL_MS, FRAME_BYTES_MAX, HANDSHAKE_TIMEOUT_MS } from './limits.ts';
import { addressGroup, remoteEndpoint } from './remote.ts';
import { Strangers } from './strangers.ts';
import { TLS_OPTIONS } from './tls-options.ts';

/** The path of the WebSocket; anything else on the port is refused. */
export const LINK_PATH = '/weft/v1/link';
const UPGRADE_REQUIRED = 426;
/** How often Node looks for requests over their time; its own 30 s would be the time-out then. */
const REQUEST_CHECK_MS = 1_000;

/** A WebSocket over TLS that is open, and who is at its other end. */
export interface OpenSocket {
  readonly socket: WebSocket;
  readonly tls: TLSSocket;
  readonly endpoint: Endpoint;
}

export interface ListenerOptions {
  readonly listen: Endpoint;
  readonly counters: Counters;
  readonly log: Logger;
  readonly now: () => number;
  readonly onSocket: (open: OpenSocket) => void;
}

export class Listener {
  readonly #options: ListenerOptions;
  readonly #server: https.Server;
  /** Every TCP connection to our port, whatever it is going to be. */
  readonly #sockets = new Set<Socket>();
  readonly #strangers = new Strangers();
  readonly #rate: AddressRate;

  private constructor(options: ListenerOptions, server: https.Server) {
    this.#options = options;
    this.#server = server;
    this.#rate = new AddressRate(() => options.counters.add('addresses-full'));
  }

  /** Rejects with ListenError. */
  static async open(options: ListenerOptions): Promise<Listener> {
    const server = https.createServer({
      ...makeCertificate(),
      ...TLS_OPTIONS,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      headersTimeout: HANDSHAKE_TIMEOUT_MS,
      requestTimeout: HANDSHAKE_TIMEOUT_MS,
      connectionsCheckingInterval: REQUEST_CHECK_MS,
    });
    server.maxConnections = CONNECTIONS_MAX;
    const listener = new Listener(options, server);
    listener.#serve();
    await listener.#listen();
    return listener;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Whoever dialled us from there has proved itself. */
  proven(endpoint: Endpoint): void {
    this.#strangers.proven(endpointKey(endpoint));
  }

  /** Refuses newcomers, and resolves when the last socket is closed; late ones are cut off. */
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    // Those that got no further than TCP or TLS are nobody's to close but ours.
    const cut = setTimeout(() => this.#cut(), FAREWELL_MS);
    await promise;
    clearTimeout(cut);
  }

  async #listen(): Promise<void> {
    const { address, port } = this.#options.listen;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once('error', (error) => reject(listenError('control-port', error)));
    this.#server.listen(port, formatAddress(address), resolve);
    await promise;
    this.#server.on('error', (error) =>
      this.#options.log.error({ detail: error.message }, 'control port failed'),
    );
  }

  #serve(): void {
    const server = this.#server;
    // Before TLS, which costs us more than the other end: see limits.ts.
    server.prependListener('connection', (socket) => this.#admit(socket));
    server.on('drop', () => this.#refuse('connections-full', `${CONNECTIONS_MAX} are open`));
    server.on('tlsClientError', (error) => this.#noTls(error));
    server.on('request', (_request, response) => {
      this.#refuse('not-a-link', 'plain HTTP');
      response.writeHead(UPGRADE_REQUIRED, { connection: 'close' });
      response.end('this port is for the links of weft peers\n');
    });
    this.#serveWebSockets();
  }

  #serveWebSockets(): void {
    const sockets = new WebSocketServer({
      server: this.#server,
      path: LINK_PATH,
      maxPayload: FRAME_BYTES_MAX,
      perMessageDeflate: false,
    });
    // ws hands on the server's errors, which are heard above; with nobody to hear, it would throw.
    sockets.on('error', () => {});
    sockets.on('connection', (socket, request) =>
      this.#accept(socket, request.socket as TLSSocket),
    );
  }

  #admit(socket: Socket): void {
    const from = remoteEndpoint(socket);
    if (from === undefined) return void socket.destroy();
    const group = addressGroup(from.address);
    if (!this.#rate.allows(this.#options.now(), group)) {
      this.#refuse('too-many-connections', `${group} opens them too fast`);
      return void socket.destroy();
    }
    const reason = this.#strangers.admit(endpointKey(from), group, socket);
    if (reason !== undefined) this.#refuse(reason, `when ${group} dialled`);
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #accept(socket: WebSocket, tls: TLSSocket): void {
    const endpoint = remoteEndpoint(tls);
    if (endpoint === undefined) return socket.terminate();
    this.#options.onSocket({ socket, tls, endpoint });
  }

  /** One that breaks off has said nothing wrong; it may be one that we have dropped. */
  #noTls({ code, message }: NodeJS.ErrnoException): void {
    if (code !== 'ECONNRESET') this.#refuse('not-tls', message);
  }

  #refuse(reason: string, detail: string): void {
    this.#options.counters.add(reason);
    this.#options.log.debug({ reason, detail }, 'refused a connection');
  }

  #cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
