/**
 * All connections of a peer: accepts and dials them, hands those that became links to the mesh,
 * carries frames, and asks and answers questions over them. Which links there should be is the
 * mesh's to say.
 */
import type { Logger } from 'pino';
import { assert } from '../assert.ts';
import { BoundedMap } from '../bounded-map.ts';
import type { Counters } from '../counters.ts';
import { type Address, equalAddresses, formatAddress } from '../ipam/cidr.ts';
import { endpointKey } from '../mesh/endpoint-key.ts';
import type { LinkId, LinkUp, MeshEvent } from '../mesh/effect.ts';
import type { MeshFrame } from '../mesh/frame.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import type { Endpoint } from '../mesh/record.ts';
import type { LinkFrame, Question, Reply } from '../wire/link-frame.ts';
import type { AdmissionOptions } from './admission.ts';
import { Connection, type ConnectionListener } from './connection.ts';
import { dialSocket } from './dial.ts';
import type { Credentials, Role } from './handshake.ts';
import { KeyRemoval, type ProvedLink } from './key-removal.ts';
import { KEYS_CHECK_MS, PROCESS_DIALS_IN_FLIGHT_MAX, RESOLVED_MAX } from './limits.ts';
import { Listener, type OpenSocket, letGo } from './listener.ts';
import type { Member } from './negotiation.ts';
import { type Answer, Questions } from './questions.ts';
import { SeenHellos } from './seen-hellos.ts';
import { Turnstile } from './turnstile.ts';
import { TurnedAway } from './turned-away.ts';

/** Who asks, and from which address its link came. One object for all that is asked over one link. */
export interface Asker {
  readonly peer: PeerId;
  readonly address: Address;
}

export interface TransportOptions extends AdmissionOptions {
  /** Where to listen: our own underlay address. Port 0 takes any. */
  readonly listen: Endpoint;
  readonly credentials: Credentials;
  readonly counters: Counters;
  readonly log: Logger;
  readonly onEvent: (event: MeshEvent) => void;
  /** Who says that it is reached there and has a link with us by now: asked before dialling it. */
  readonly findLinkedAt: (endpoint: Endpoint) => PeerId | undefined;
  /** Answers what a member asks. */
  readonly onQuestion: (asker: Asker, question: Question) => Promise<Answer>;
}

interface OpenLink extends ProvedLink {
  readonly id: LinkId;
  readonly peer: PeerId;
  readonly version: number;
  readonly connection: Connection;
  readonly address: Address;
  readonly questions: Questions;
}

/** Of this process, as all that is in it shares one event loop. */
const DIALS = new Turnstile(PROCESS_DIALS_IN_FLIGHT_MAX);

export class Transport {
  readonly #options: TransportOptions;
  #listener: Listener | undefined;
  readonly #connections = new Set<Connection>();
  readonly #links = new Map<LinkId, OpenLink>();
  /** Which peer answered at an endpoint that we dialled. */
  readonly #resolved = new BoundedMap<string, PeerId>(RESOLVED_MAX);
  readonly #turnedAway: TurnedAway;
  readonly #dialling = new Map<string, Promise<PeerId>>();
  readonly #seen = new SeenHellos();
  readonly #keyRemoval: KeyRemoval<OpenLink>;
  #keysTimer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #nextLink = 1;

  private constructor(options: TransportOptions) {
    this.#options = options;
    this.#turnedAway = new TurnedAway(options);
    this.#keyRemoval = new KeyRemoval({
      keys: () => options.credentials.keys,
      links: () => this.#links.values(),
      now: options.now,
      redial: (endpoint) => this.#redial(endpoint),
      end: ({ connection }) =>
        connection.refuse('removed-cluster-key', 'the cluster key that proved it was taken away'),
    });
  }

  /** Listens, and resolves to the transport. Rejects with ListenError. */
  static async open(options: TransportOptions): Promise<Transport> {
    const transport = new Transport(options);
    transport.#listener = await Listener.open({
      ...options,
      onSocket: (open) => transport.#begin({ ...open, role: 'responder' }),
    });
    transport.#keysTimer = setInterval(() => transport.checkKeys(), KEYS_CHECK_MS).unref();
    return transport;
  }

  /** The port that it listens on. */
  get port(): number {
    assert(this.#listener !== undefined, 'the transport is open');
    return this.#listener.port;
  }

  /** Dials when it is its turn, and tells the mesh how that ended: `link-up` or `dial-failed`. */
  dial(endpoint: Endpoint): void {
    DIALS.through(() => this.#dialInTurn(endpoint)).catch((error: unknown) => {
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
    const link =
      this.#linkTo(known) ??
      this.#linkFrom(target.endpoint) ??
      this.#linkTo(await this.#connect(target.endpoint));
    if (link === undefined) throw new Error('the link was closed again');
    return await link.questions.ask(question);
  }

  /** The version of the protocol that both ends of a link speak; undefined when it is down. */
  versionOf(link: LinkId): number | undefined {
    return this.#links.get(link)?.version;
  }

  /** Peers that we dial and that refuse us: a sentence each. */
  problems(): readonly string[] {
    return this.#turnedAway.problems();
  }

  /** Looks whether the keys that links were proved with are still among the cluster's. */
  checkKeys(): void {
    this.#keyRemoval.look();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#keysTimer);
    for (const connection of this.#connections) connection.close('stopping');
    await this.#listener?.close();
  }

  #linkTo(peer: PeerId | undefined): OpenLink | undefined {
    if (peer === undefined) return undefined;
    return [...this.#links.values()].find((link) => link.peer === peer);
  }

  /**
   * The link that the peer at an endpoint made. That it says so is not enough, or any member could
   * answer in the place of a seed, or keep us from dialling another: it must have come from there.
   */
  #linkFrom(endpoint: Endpoint): OpenLink | undefined {
    const link = this.#linkTo(this.#options.findLinkedAt(endpoint));
    return link !== undefined && equalAddresses(link.address, endpoint.address) ? link : undefined;
  }

  /** Much may have happened while it waited. */
  async #dialInTurn(endpoint: Endpoint): Promise<void> {
    if (this.#linkFrom(endpoint) !== undefined) throw new Error('there is a link by now');
    await this.#connect(endpoint);
  }

  /** Beside the link there is, which stays if this fails. */
  #redial(endpoint: Endpoint): void {
    DIALS.through(() => this.#connect(endpoint)).catch((error: unknown) => {
      const detail = error instanceof Error ? error.message : String(error);
      const to = endpointKey(endpoint);
      this.#options.log.debug({ to, detail }, 'could not make a link anew with other keys');
    });
  }

  /** Resolves to the peer at the endpoint once there is a link, and one dial at a time. */
  #connect(endpoint: Endpoint): Promise<PeerId> {
    const key = endpointKey(endpoint);
    const running = this.#dialling.get(key);
    if (running !== undefined) return running;
    const dial = this.#dialOnce(endpoint).finally(() => {
      if (this.#dialling.get(key) === dial) this.#dialling.delete(key);
    });
    this.#dialling.set(key, dial);
    return dial;
  }

  async #dialOnce(endpoint: Endpoint): Promise<PeerId> {
    if (this.#isStopped) throw new Error('we are stopping');
    const onOpen = (open: OpenSocket): Promise<PeerId> => {
      const { promise, resolve, reject } = Promise.withResolvers<PeerId>();
      this.#begin({ ...open, role: 'initiator', settled: { resolve, reject } });
      return promise;
    };
    return await dialSocket({ endpoint, from: this.#options.listen.address, onOpen });
  }

  #begin(opening: Opening): void {
    const { socket, tls, role } = opening;
    // Who was on the way when we stopped, in either direction, gets no link any more.
    if (this.#isStopped || tls.destroyed) return giveUp(opening);
    const link = this.#nextLink++;
    const { credentials } = this.#options;
    const listener = this.#listenerFor(opening, link, () => connection);
    const connection = new Connection({
      socket,
      tls,
      role,
      credentials,
      seen: this.#seen,
      listener,
    });
    this.#connections.add(connection);
    if (role === 'responder') this.#listener?.meet(opening.endpoint, () => connection.timeOut());
  }

  #listenerFor(opening: Opening, link: LinkId, connection: () => Connection): ConnectionListener {
    const { counters, log, onEvent } = this.#options;
    return {
      admitted: () => this.#listener?.admitted(opening.endpoint),
      up: (member) => {
        this.#up({ opening, link, member, connection: connection() });
        log.debug({ ...member, role: opening.role }, 'link is up');
      },
      frame: (frame) => this.#frame(link, frame),
      congested: () => {
        counters.add('link-congested');
        onEvent({ type: 'congested', link });
      },
      drained: () => onEvent({ type: 'drained', link }),
      refused: (reason, detail) => {
        counters.add(reason);
        const { clusterName } = this.#options.credentials;
        const from = formatAddress(opening.endpoint.address);
        log.warn({ reason, detail, from, ourCluster: clusterName }, 'refused a connection');
      },
      turnedAway: (reason, detail) =>
        this.#turnedAway.add({ endpoint: opening.endpoint, reason, detail }),
      closed: (detail) => {
        this.#connections.delete(connection());
        this.#down(link, detail);
        opening.settled?.reject(new Error(detail));
      },
    };
  }

  #up({ opening, link, member, connection }: Established): void {
    const { peer, version, keyIds } = member;
    const { endpoint, role, settled } = opening;
    const send = (frame: LinkFrame): void => connection.send(frame);
    const onFull = (): void => this.#options.counters.add('too-many-questions');
    const questions = new Questions({ send, onFull });
    const { address } = endpoint;
    const dialled = role === 'initiator' ? endpoint : undefined;
    const proved = { keyIds, dialled };
    this.#links.set(link, { id: link, peer, version, connection, address, questions, ...proved });
    this.#turnedAway.forget(endpoint.address);
    if (role === 'initiator') {
      // This dial is over: one that the mesh asks for in answer to the event is another.
      this.#dialling.delete(endpointKey(endpoint));
      this.#resolved.set(endpointKey(endpoint), peer);
    }
    this.#listener?.proven(endpoint);
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

/** It broke, or we stopped, before anything was said: no Hello is bound to it. */
function giveUp({ socket, settled }: Opening): void {
  letGo(socket);
  settled?.reject(new Error('the connection broke off, or we are stopping'));
}

interface Opening extends OpenSocket {
  readonly role: Role;
  /** Who waits for the dial. */
  readonly settled?: {
    readonly resolve: (peer: PeerId) => void;
    readonly reject: (error: Error) => void;
  };
}

interface Established {
  readonly opening: Opening;
  readonly link: LinkId;
  readonly member: Member;
  readonly connection: Connection;
}
