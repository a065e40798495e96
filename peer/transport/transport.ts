/**
 * All connections of a peer: accepts and dials them, hands those that became links to the mesh,
 * carries frames, and asks and answers questions over them. Which links there should be is the
 * mesh's to say.
 */
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Logger } from 'pino';
import { WebSocket, WebSocketServer } from 'ws';
import type { Counters } from '../counters.ts';
import { type Address, formatAddress } from '../ipam/cidr.ts';
import { parseAddress } from '../ipam/parse.ts';
import { listenError } from '../listen-error.ts';
import { endpointKey } from '../mesh/dials.ts';
import type { LinkId, LinkUp, MeshEvent } from '../mesh/effect.ts';
import type { MeshFrame } from '../mesh/frame.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import type { Endpoint } from '../mesh/record.ts';
import type { LinkFrame, Question, Reply } from '../wire/link-frame.ts';
import { AddressRate } from './address-rate.ts';
import { makeCertificate } from './certificate.ts';
import { Connection, type ConnectionListener } from './connection.ts';
import type { Credentials, Role } from './handshake.ts';
import {
  CONNECTIONS_MAX,
  DIAL_TIMEOUT_MS,
  FAREWELL_MS,
  FRAME_BYTES_MAX,
  HANDSHAKES_MAX,
  HANDSHAKE_TIMEOUT_MS,
} from './limits.ts';
import { type Answer, Questions } from './questions.ts';
import { TurnedAway } from './turned-away.ts';

/** The path of the WebSocket; anything else on the port is refused. */
const LINK_PATH = '/weft/v1/link';
const UPGRADE_REQUIRED = 426;
/** How often Node looks for requests over their time; its own 30 s would be the time-out then. */
const REQUEST_CHECK_MS = 1_000;
/** WebSocket close code: try again later. */
const CLOSE_TRY_LATER = 1013;

/** Who asks, and from which address its link came. */
export interface Asker {
  readonly peer: PeerId;
  readonly address: Address;
}

export interface TransportOptions {
  /** Where to listen: our own underlay address. Port 0 takes any. */
  readonly listen: Endpoint;
  readonly credentials: Credentials;
  readonly counters: Counters;
  readonly log: Logger;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  readonly onEvent: (event: MeshEvent) => void;
  /** Answers what a member asks. */
  readonly onQuestion: (asker: Asker, question: Question) => Promise<Answer>;
}

interface OpenLink {
  readonly id: LinkId;
  readonly peer: PeerId;
  readonly connection: Connection;
  readonly address: Address;
  readonly questions: Questions;
}

export class Transport {
  readonly #options: TransportOptions;
  readonly #server: https.Server;
  /** Every TCP connection to our port, whatever it is going to be. */
  readonly #sockets = new Set<Socket>();
  readonly #connections = new Set<Connection>();
  readonly #links = new Map<LinkId, OpenLink>();
  /** Which peer answered at an endpoint that we dialled. */
  readonly #resolved = new Map<string, PeerId>();
  readonly #turnedAway: TurnedAway;
  readonly #dialling = new Map<string, Promise<PeerId>>();
  readonly #rate = new AddressRate();
  #handshakes = 0;
  #nextLink = 1;

  private constructor(options: TransportOptions, server: https.Server) {
    this.#options = options;
    this.#server = server;
    this.#turnedAway = new TurnedAway(options);
  }

  /** Listens, and resolves to the transport. Rejects with ListenError. */
  static async open(options: TransportOptions): Promise<Transport> {
    const server = https.createServer({
      ...makeCertificate(),
      minVersion: 'TLSv1.3',
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      headersTimeout: HANDSHAKE_TIMEOUT_MS,
      requestTimeout: HANDSHAKE_TIMEOUT_MS,
      connectionsCheckingInterval: REQUEST_CHECK_MS,
    });
    server.maxConnections = CONNECTIONS_MAX;
    const transport = new Transport(options, server);
    transport.#serve();
    await transport.#listen();
    return transport;
  }

  /** The port that it listens on. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Dials, and tells the mesh how that ended: `link-up` or `dial-failed`. */
  dial(endpoint: Endpoint): void {
    this.#connect(endpoint).catch((error: unknown) => {
      const detail = error instanceof Error ? error.message : String(error);
      const to = endpointKey(endpoint);
      this.#options.log.debug({ to, detail }, 'could not establish a link');
      this.#options.onEvent({ type: 'dial-failed', endpoint });
    });
  }

  send(link: LinkId, frame: MeshFrame): void {
    this.#links.get(link)?.connection.send(frame);
  }

  /** Closes a link of the mesh's; the mesh is not told. */
  close(link: LinkId, reason: string): void {
    const open = this.#links.get(link);
    this.#links.delete(link);
    open?.questions.abandon(`the link was closed: ${reason}`);
    open?.connection.close(reason);
  }

  /**
   * Asks a peer over the link there is, or over one dialled for it. Rejects when it can't be
   * reached, does not answer in time, or answers with an error.
   */
  async ask(
    target: { peer?: PeerId | undefined; endpoint: Endpoint },
    question: Question,
  ): Promise<Reply> {
    const known = target.peer ?? this.#resolved.get(endpointKey(target.endpoint));
    const link = this.#linkTo(known) ?? this.#linkTo(await this.#connect(target.endpoint));
    if (link === undefined) throw new Error('the link was closed again');
    return await link.questions.ask(question);
  }

  async stop(): Promise<void> {
    for (const connection of this.#connections) connection.close('stopping');
    this.#server.closeAllConnections();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    // Those that got no further than TCP or TLS are nobody's to close but ours.
    const cut = setTimeout(() => this.#cut(), FAREWELL_MS);
    await promise;
    clearTimeout(cut);
  }

  #cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #linkTo(peer: PeerId | undefined): OpenLink | undefined {
    if (peer === undefined) return undefined;
    return [...this.#links.values()].find((link) => link.peer === peer);
  }

  async #listen(): Promise<void> {
    const { address, port } = this.#options.listen;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once('error', (error) => reject(listenError('control-port', error)));
    this.#server.listen(port, formatAddress(address), resolve);
    await promise;
  }

  #serve(): void {
    const { counters, log } = this.#options;
    // Before TLS, which costs us more than the other end: see limits.ts.
    this.#server.prependListener('connection', (socket) => this.#admit(socket));
    const sockets = new WebSocketServer({
      server: this.#server,
      path: LINK_PATH,
      maxPayload: FRAME_BYTES_MAX,
      perMessageDeflate: false,
    });
    // ws hands on the server's errors, which are heard below; with nobody to hear, it would throw.
    sockets.on('error', () => {});
    sockets.on('connection', (socket, request) =>
      this.#accept(socket, request.socket as TLSSocket),
    );
    this.#server.on('request', (_request, response) => {
      counters.add('not-a-link');
      response
        .writeHead(UPGRADE_REQUIRED, { connection: 'close' })
        .end('this port is for the links of weft peers\n');
    });
    this.#server.on('tlsClientError', (error) => {
      counters.add('not-tls');
      log.debug({ detail: error.message }, 'TLS failed');
    });
    this.#server.on('error', (error) =>
      log.error({ detail: error.message }, 'control port failed'),
    );
  }

  #admit(socket: Socket): void {
    if (!this.#rate.allows(this.#options.now(), socket.remoteAddress ?? '')) {
      this.#options.counters.add('too-many-connections');
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #accept(socket: WebSocket, tls: TLSSocket): void {
    const { remoteAddress, remotePort } = tls;
    if (remoteAddress === undefined || remotePort === undefined) {
      socket.terminate();
    } else if (this.#handshakes >= HANDSHAKES_MAX) {
      this.#options.counters.add('too-many-handshakes');
      sendAway(socket);
    } else {
      const endpoint = { address: parseAddress(remoteAddress), port: remotePort };
      this.#begin({ socket, tls, role: 'responder', endpoint });
    }
  }

  /** Resolves to the peer at the endpoint once there is a link, and one dial at a time. */
  #connect(endpoint: Endpoint): Promise<PeerId> {
    const key = endpointKey(endpoint);
    const running = this.#dialling.get(key);
    if (running !== undefined) return running;
    const dial = this.#dialOnce(endpoint).finally(() => this.#dialling.delete(key));
    this.#dialling.set(key, dial);
    return dial;
  }

  #dialOnce(endpoint: Endpoint): Promise<PeerId> {
    const { promise, resolve, reject } = Promise.withResolvers<PeerId>();
    const socket = new WebSocket(
      `wss://${urlHost(endpoint.address)}:${endpoint.port}${LINK_PATH}`,
      {
        rejectUnauthorized: false,
        minVersion: 'TLSv1.3',
        handshakeTimeout: DIAL_TIMEOUT_MS,
        maxPayload: FRAME_BYTES_MAX,
        perMessageDeflate: false,
        // The address that others know us by, on hosts with several.
        localAddress: formatAddress(this.#options.listen.address),
      },
    );
    let tls: TLSSocket | undefined;
    socket.once('upgrade', (response) => {
      tls = response.socket as TLSSocket;
    });
    socket.once('error', reject);
    socket.once('open', () => {
      socket.off('error', reject);
      if (tls === undefined) return reject(new Error('no TLS below the WebSocket'));
      return this.#begin({
        socket,
        tls,
        role: 'initiator',
        endpoint,
        settled: { resolve, reject },
      });
    });
    return promise;
  }

  #begin(opening: Opening): void {
    this.#handshakes++;
    const state: ConnectionState = { isUp: false, link: this.#nextLink++ };
    const { socket, tls, role } = opening;
    const { credentials } = this.#options;
    const listener = this.#listener(opening, state, () => connection);
    const connection = new Connection({ socket, tls, role, credentials, listener });
    this.#connections.add(connection);
  }

  #listener(
    opening: Opening,
    state: ConnectionState,
    connection: () => Connection,
  ): ConnectionListener {
    const { counters, log, onEvent } = this.#options;
    const { link } = state;
    return {
      up: (peer, name) => {
        this.#handshakes--;
        state.isUp = true;
        this.#up({ opening, link, peer, connection: connection() });
        log.debug({ peer, name, role: opening.role }, 'link is up');
      },
      frame: (frame) => this.#frame(link, frame),
      congested: () => {
        counters.add('link-congested');
        onEvent({ type: 'congested', link });
      },
      drained: () => onEvent({ type: 'drained', link }),
      refused: (reason, detail) => {
        counters.add(reason);
        const from = formatAddress(opening.endpoint.address);
        log.warn({ reason, detail, from }, 'refused a connection');
      },
      turnedAway: (reason, detail) => this.#turnedAway.add(opening.endpoint, { reason, detail }),
      closed: (detail) => {
        if (!state.isUp) this.#handshakes--;
        this.#connections.delete(connection());
        this.#down(link, detail);
        opening.settled?.reject(new Error(detail));
      },
    };
  }

  #up({ opening, link, peer, connection }: Established): void {
    const { endpoint, role, settled } = opening;
    const questions = new Questions((frame) => connection.send(frame));
    this.#links.set(link, { id: link, peer, connection, address: endpoint.address, questions });
    if (role === 'initiator') {
      this.#resolved.set(endpointKey(endpoint), peer);
      this.#turnedAway.forget(endpoint);
    }
    const initiator: LinkUp['initiator'] = role === 'initiator' ? 'us' : 'them';
    this.#options.onEvent({ type: 'link-up', link, peer, initiator, endpoint });
    settled?.resolve(peer);
  }

  #down(link: LinkId, detail: string): void {
    const open = this.#links.get(link);
    if (open === undefined) return;
    this.#links.delete(link);
    open.questions.abandon(detail);
    this.#options.log.debug({ peer: open.peer, detail }, 'link is down');
    this.#options.onEvent({ type: 'link-down', link });
  }

  #frame(id: LinkId, frame: LinkFrame): void {
    const link = this.#links.get(id);
    if (link === undefined) return;
    switch (frame.type) {
      case 'request':
        void link.questions.answer(frame, (question) => this.#options.onQuestion(link, question));
        break;
      case 'reply':
        link.questions.replied(frame);
        break;
      case 'hello':
      case 'auth':
      case 'bye':
        break;
      default:
        this.#options.onEvent({ type: 'frame', link: id, frame });
    }
  }
}

interface Opening {
  readonly socket: WebSocket;
  readonly tls: TLSSocket;
  readonly role: Role;
  readonly endpoint: Endpoint;
  /** Who waits for the dial. */
  readonly settled?: {
    readonly resolve: (peer: PeerId) => void;
    readonly reject: (error: Error) => void;
  };
}

interface ConnectionState {
  isUp: boolean;
  readonly link: LinkId;
}

interface Established {
  readonly opening: Opening;
  readonly link: LinkId;
  readonly peer: PeerId;
  readonly connection: Connection;
}

/** For whom there is no room: whatever it still sends, and whether it goes by itself or not. */
function sendAway(socket: WebSocket): void {
  socket.on('error', () => {});
  socket.close(CLOSE_TRY_LATER);
  setTimeout(() => socket.terminate(), FAREWELL_MS).unref();
}

function urlHost(address: Address): string {
  const text = formatAddress(address);
  return address.family === 6 ? `[${text}]` : text;
}
