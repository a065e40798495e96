/**
 * The control port: TCP, TLS and WebSocket of those who dial us, up to the point where the
 * handshake of our own begins. Whoever they are, they can hold a bounded number of sockets for a
 * bounded time. TCP is a server of its own, so that nothing is made for a connection that is dropped.
 */
import https from 'node:https';
import net, { type AddressInfo, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Counters } from '../counters.ts';
import { formatAddress } from '../ipam/cidr.ts';
import { listenError } from '../listen-error.ts';
import { endpointKey } from '../mesh/endpoint-key.ts';
import type { Endpoint } from '../mesh/record.ts';
import { Admission, type AdmissionOptions } from './admission.ts';
import { makeCertificate } from './certificate.ts';
import { CONNECTIONS_MAX, FAREWELL_MS, FRAME_BYTES_MAX, HANDSHAKE_TIMEOUT_MS } from './limits.ts';
import { remoteEndpoint } from './remote.ts';
import { Strangers } from './strangers.ts';
import { TLS_OPTIONS } from './tls-options.ts';

/** The path of the WebSocket; anything else on the port is refused. */
export const LINK_PATH = '/weft/v1/link';
const UPGRADE_REQUIRED = 426;

/** A WebSocket over TLS that is open, and who is at its other end. */
export interface OpenSocket {
  readonly socket: WebSocket;
  readonly tls: TLSSocket;
  readonly endpoint: Endpoint;
}

export interface ListenerOptions extends AdmissionOptions {
  readonly listen: Endpoint;
  readonly counters: Counters;
  readonly log: Logger;
  readonly onSocket: (open: OpenSocket) => void;
}

export class Listener {
  readonly #options: ListenerOptions;
  readonly #tcp: net.Server;
  /** Is handed its connections, and listens nowhere itself. */
  readonly #https: https.Server;
  /** Every TCP connection to our port, whatever it is going to be. */
  readonly #sockets = new Set<Socket>();
  readonly #admission: Admission;
  readonly #strangers: Strangers;

  private constructor(options: ListenerOptions) {
    this.#options = options;
    this.#admission = new Admission(options);
    this.#strangers = new Strangers(() =>
      this.#refuse('handshake-timeout', `it said no Hello within ${HANDSHAKE_TIMEOUT_MS} ms`),
    );
    this.#tcp = net.createServer({ noDelay: true });
    this.#tcp.maxConnections = CONNECTIONS_MAX;
    this.#https = https.createServer({ ...makeCertificate(), ...TLS_OPTIONS });
  }

  /** Rejects with ListenError. */
  static async open(options: ListenerOptions): Promise<Listener> {
    const listener = new Listener(options);
    listener.#serve();
    await listener.#listen();
    return listener;
  }

  get port(): number {
    return (this.#tcp.address() as AddressInfo).port;
  }

  /** Somebody speaks with whoever dialled us from there, and is told when its time is over. */
  meet(endpoint: Endpoint, onTimeout: () => void): void {
    this.#strangers.meet(endpointKey(endpoint), onTimeout);
  }

  /** Whoever dialled us from there has shown that it has a cluster key. */
  admitted(endpoint: Endpoint): void {
    this.#strangers.admitted(endpointKey(endpoint));
  }

  /** Whoever dialled us from there, or answered there, has proved itself. */
  proven(endpoint: Endpoint): void {
    const hasDialled = this.#strangers.proven(endpointKey(endpoint));
    if (hasDialled) this.#admission.giveBack(endpoint.address);
    this.#admission.proven(endpoint.address);
  }

  /** Refuses newcomers, and resolves when the last socket is closed; late ones are cut off. */
  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#tcp.close(() => resolve());
    // Those that got no further than TCP, TLS or HTTP are nobody's to close but ours.
    const cut = setTimeout(() => this.#cut(), FAREWELL_MS);
    await promise;
    clearTimeout(cut);
  }

  async #listen(): Promise<void> {
    const { address, port } = this.#options.listen;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#tcp.once('error', (error) => reject(listenError('control-port', error)));
    this.#tcp.listen(port, formatAddress(address), resolve);
    await promise;
    this.#tcp.on('error', (error) =>
      this.#options.log.error({ detail: error.message }, 'control port failed'),
    );
  }

  #serve(): void {
    this.#tcp.on('connection', (socket) => this.#admit(socket));
    this.#tcp.on('drop', () => this.#refuse('connections-full', `${CONNECTIONS_MAX} are open`));
    this.#https.on('tlsClientError', (error) => this.#noTls(error));
    this.#https.on('request', (_request, response) => {
      this.#refuse('not-a-link', 'plain HTTP');
      response.writeHead(UPGRADE_REQUIRED, { connection: 'close' });
      response.end('this port is for the links of weft peers\n');
    });
    this.#serveWebSockets();
  }

  #serveWebSockets(): void {
    const sockets = new WebSocketServer({
      server: this.#https,
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

  /** Before TLS, which costs us more than the other end: see limits.ts. */
  #admit(socket: Socket): void {
    const from = remoteEndpoint(socket);
    if (from === undefined) return void socket.destroy();
    const admitted = this.#admission.look(from);
    if (typeof admitted === 'string') {
      socket.destroy();
      return this.#refuse(admitted, `from ${formatAddress(from.address)}`);
    }
    const reason = this.#strangers.admit(admitted, socket);
    if (reason !== undefined) this.#refuse(reason, `when ${admitted.visitor.address} dialled`);
    if (socket.destroyed) return;
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    this.#https.emit('connection', socket);
  }

  #accept(socket: WebSocket, tls: TLSSocket): void {
    const endpoint = remoteEndpoint(tls);
    if (endpoint === undefined) return letGo(socket);
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

/** Of no use any more. What it has sent is still read, and may be no WebSocket: nobody's concern now. */
export function letGo(socket: WebSocket): void {
  socket.on('error', () => {});
  socket.terminate();
}
