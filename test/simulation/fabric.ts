/**
 * The network of a simulated world: dials, links as ordered streams, and what can happen to them.
 * A link breaks (what is under way is lost), stalls, is cut one way or both, or ends with a
 * farewell that arrives behind everything sent before it.
 */
import {
  DIAL_TIMEOUT_MS,
  HANDSHAKES_MAX,
  SEND_BUFFER_HIGH_BYTES,
  SEND_BUFFER_MAX_BYTES,
} from '../../peer/transport/limits.ts';
import type { CloseReason, LinkId } from '../../peer/mesh/effect.ts';
import type { MeshFrame } from '../../peer/mesh/frame.ts';
import type { Endpoint } from '../../peer/mesh/record.ts';
import type { Cpu } from './cpu.ts';
import { type Stage, after, laterAt } from './happening.ts';
import { type Item, Link, type Side, otherSide } from './link.ts';
import type { Network } from './network.ts';
import type { SimulatedPeer } from './simulated-peer.ts';
import { wireBytes } from './wire-size.ts';

/** Round trips of TCP, TLS 1.3, WebSocket's upgrade, the Hellos and the Auths. */
const HANDSHAKE_ROUND_TRIPS = 5;
/** How long a system takes to answer with a reset. */
const RESET_MS = 0.5;
/** A farewell: a Bye with a reason and no detail. */
const FAREWELL_BYTES = 100;

/** Whether nothing passes from the one to the other. */
export type Cut = (from: SimulatedPeer, to: SimulatedPeer) => boolean;

export interface FabricOptions {
  readonly stage: Stage;
  readonly network: Network;
  readonly cpu: Cpu;
  /** Unsent bytes at which a link is congested; the transport's if undefined. */
  readonly congestedBytes?: number;
  /** Who can be found at the endpoint. */
  readonly peerAt: (endpoint: Endpoint) => SimulatedPeer | undefined;
}

export class Fabric {
  readonly #stage: Stage;
  readonly #network: Network;
  readonly #cpu: Cpu;
  readonly #congestedBytes: number;
  readonly #peerAt: (endpoint: Endpoint) => SimulatedPeer | undefined;
  readonly #cutLinks = new Map<Link, [boolean, boolean]>();
  #nextLink = 1;
  #isCut: Cut = () => false;
  /** Links that were ever up. */
  made = 0;

  constructor({ stage, network, cpu, congestedBytes, peerAt }: FabricOptions) {
    this.#stage = stage;
    this.#network = network;
    this.#cpu = cpu;
    this.#congestedBytes = congestedBytes ?? SEND_BUFFER_HIGH_BYTES;
    this.#peerAt = peerAt;
  }

  dial(from: SimulatedPeer, endpoint: Endpoint): void {
    const to = this.#peerAt(endpoint);
    const failure = to === undefined ? 'swallows' : this.#obstacle(from, to);
    if (to === undefined || failure !== undefined) return this.#fail(from, endpoint, failure);
    const latencyMs = this.#network.latencyMs(from.n, to.n, this.#stage.random);
    const tripMs = 2 * latencyMs;
    const { run } = to;
    laterAt(this.#stage, from, tripMs, () => {
      if (to.run !== run || !to.isUp) return this.#fail(from, endpoint, 'resets');
      if (to.handshakes >= HANDSHAKES_MAX) return this.#fail(from, endpoint, 'resets');
      this.#shakeHands(from, to, { endpoint, latencyMs });
    });
  }

  send(from: SimulatedPeer, link: Link, frame: MeshFrame): void {
    const bytes = wireBytes(frame);
    const { traffic } = from;
    traffic.sentBytes += bytes;
    traffic.sentFrames++;
    if (frame.type === 'records') traffic.sentRecords += frame.records.length;
    this.#put(link, link.sideOf(from), { frame, bytes });
  }

  /** One end ends it: the other hears of that after all that was sent before. */
  close(from: SimulatedPeer, link: Link, reason: CloseReason | undefined): void {
    const side = link.sideOf(from);
    if (!link.isOpen[side]) return;
    this.#forget(link, side);
    link.reason ??= reason;
    link.streams[otherSide(side)].takeHeld();
    this.#put(link, side, { frame: undefined, bytes: FAREWELL_BYTES });
  }

  /** Nobody is there any more to whom it belongs. `isTold`: whether its host still says so. */
  abandon(from: SimulatedPeer, link: Link, isTold: boolean): void {
    if (isTold) return this.close(from, link, undefined);
    const side = link.sideOf(from);
    link.streams[side].takeHeld();
    this.#forget(link, side);
  }

  /** The connection is reset: what is under way is lost, and both ends are told. */
  break(link: Link): void {
    for (const side of [0, 1] as const) {
      const end = link.ends[side];
      if (!link.isOpen[side]) continue;
      this.#forget(link, side);
      laterAt(this.#stage, end, RESET_MS, () => this.#stage.deliver(end, down(link.id)));
    }
  }

  /** Nothing moves on the stream from that side for so long. */
  stall(link: Link, side: Side, forMs: number): void {
    link.streams[side].holds++;
    after(this.#stage, forMs, () => this.#release(link, side));
  }

  /** From now on nothing passes where the cut is, and what a former one held does. */
  cut(isCut: Cut, peers: readonly SimulatedPeer[]): void {
    this.#isCut = isCut;
    for (const [link, sides] of this.#cutLinks) {
      this.#cutLinks.delete(link);
      for (const side of [0, 1] as const) if (sides[side]) this.#release(link, side);
    }
    for (const link of new Set(peers.flatMap((peer) => [...peer.wires]))) {
      const sides: [boolean, boolean] = [isCut(...link.ends), isCut(link.ends[1], link.ends[0])];
      if (!sides[0] && !sides[1]) continue;
      this.#cutLinks.set(link, sides);
      for (const side of [0, 1] as const) if (sides[side]) link.streams[side].holds++;
    }
  }

  isCutBetween(one: SimulatedPeer, other: SimulatedPeer): boolean {
    return this.#isCut(one, other) || this.#isCut(other, one);
  }

  /** An item arrives at the end of its stream. */
  arrive(link: Link, side: Side, { frame }: Item): void {
    const to = otherSide(side);
    const peer = link.ends[to];
    if (!link.isOpen[to]) return this.#reset(link, side, peer);
    if (frame === undefined) {
      this.#forget(link, to);
      this.#stage.deliver(peer, down(link.id));
      return;
    }
    if (frame.type === 'records') peer.traffic.receivedRecords += frame.records.length;
    this.#stage.deliver(peer, { type: 'frame', link: link.id, frame });
  }

  /** The end that has it no more answers with a reset, if its host answers at all. */
  #reset(link: Link, side: Side, by: SimulatedPeer): void {
    const sender = link.ends[side];
    if (!link.isOpen[side] || by.state === 'vanished' || this.#isCut(by, sender)) return;
    this.#forget(link, side);
    laterAt(this.#stage, sender, RESET_MS, () => this.#stage.deliver(sender, down(link.id)));
  }

  #obstacle(from: SimulatedPeer, to: SimulatedPeer): 'resets' | 'swallows' | undefined {
    if (this.isCutBetween(from, to) || to.state === 'vanished' || to.isPaused) return 'swallows';
    if (to.wall !== undefined) return to.wall;
    if (!acceptsKey(to, from) || !acceptsKey(from, to)) return 'resets';
    return to.isUp ? undefined : 'resets';
  }

  #fail(from: SimulatedPeer, endpoint: Endpoint, how: 'resets' | 'swallows' | undefined): void {
    const delayMs = how === 'resets' ? RESET_MS : DIAL_TIMEOUT_MS;
    laterAt(this.#stage, from, delayMs, () =>
      this.#stage.deliver(from, { type: 'dial-failed', endpoint }),
    );
  }

  #shakeHands(
    from: SimulatedPeer,
    to: SimulatedPeer,
    { endpoint, latencyMs }: { readonly endpoint: Endpoint; readonly latencyMs: number },
  ): void {
    const runs = [from.run, to.run];
    const { now } = this.#stage;
    to.handshakes++;
    // Either end's thread is taken for its part of the public-key operations.
    to.busyUntil = Math.max(to.busyUntil, now) + this.#cpu.handshakeMs;
    from.busyUntil = Math.max(from.busyUntil, now) + this.#cpu.handshakeMs;
    const doneAt = Math.max(to.busyUntil, from.busyUntil);
    const remainingMs = doneAt - now + (HANDSHAKE_ROUND_TRIPS - 1) * 2 * latencyMs - latencyMs;
    after(this.#stage, remainingMs, () => {
      if (to.run === runs[1]) to.handshakes--;
      if (from.run !== runs[0]) return;
      const isGone = to.run !== runs[1] || to.isPaused || this.isCutBetween(from, to);
      if (isGone) return this.#fail(from, endpoint, 'swallows');
      this.#up(from, to, { endpoint, latencyMs });
    });
  }

  /** The responder has it first; the initiator once the other's proof is here. */
  #up(
    from: SimulatedPeer,
    to: SimulatedPeer,
    { endpoint, latencyMs }: { readonly endpoint: Endpoint; readonly latencyMs: number },
  ): void {
    if (from === to) return this.#upWithSelf(from, { endpoint, latencyMs });
    const link = new Link(this.#nextLink++, [from, to], latencyMs);
    this.made++;
    for (const end of link.ends) {
      end.wires.add(link);
      end.links.set(link.id, link);
    }
    const { id } = link;
    // What the responder sends arrives behind its proof.
    link.streams[1].lastArrivalAt = this.#stage.now + latencyMs;
    const theirs = { type: 'link-up', link: id, peer: from.id, initiator: 'them' } as const;
    this.#stage.deliver(to, { ...theirs, endpoint: from.endpoint });
    laterAt(this.#stage, from, latencyMs, () => {
      // It broke before the proof was here: to who dialled it never was a link.
      if (!link.isOpen[0]) return this.#fail(from, endpoint, 'resets');
      const ours = { type: 'link-up', link: id, peer: to.id, initiator: 'us' } as const;
      this.#stage.deliver(from, { ...ours, endpoint });
    });
  }

  /** Both ends are the same process, which knows either by a name of its own. */
  #upWithSelf(peer: SimulatedPeer, dialled: { endpoint: Endpoint; latencyMs: number }): void {
    const { endpoint, latencyMs } = dialled;
    for (const initiator of ['them', 'us'] as const) {
      const link = new Link(this.#nextLink++, [peer, peer], latencyMs);
      link.isOpen[1] = false;
      peer.wires.add(link);
      peer.links.set(link.id, link);
      const event = { type: 'link-up', link: link.id, peer: peer.id, initiator, endpoint } as const;
      this.#stage.deliver(peer, event);
    }
  }

  #put(link: Link, side: Side, item: Item): void {
    const stream = link.streams[side];
    if (stream.holds === 0) return this.#transmit(link, side, item);
    stream.hold(item);
    this.#watchBuffer(link, side);
  }

  #watchBuffer(link: Link, side: Side): void {
    const stream = link.streams[side];
    const sender = link.ends[side];
    if (stream.heldBytes > SEND_BUFFER_MAX_BYTES) return this.break(link);
    if (stream.isCongested || stream.heldBytes < this.#congestedBytes) return;
    stream.isCongested = true;
    this.#stage.deliver(sender, { type: 'congested', link: link.id });
  }

  #release(link: Link, side: Side): void {
    const stream = link.streams[side];
    stream.holds--;
    if (stream.holds > 0) return;
    for (const item of stream.takeHeld()) this.#transmit(link, side, item);
    if (!stream.isCongested) return;
    stream.isCongested = false;
    if (link.isOpen[side]) this.#stage.deliver(link.ends[side], { type: 'drained', link: link.id });
  }

  #transmit(link: Link, side: Side, item: Item): void {
    const sender = link.ends[side];
    const stream = link.streams[side];
    const { now, random } = this.#stage;
    const { jitterMs, bytesPerMs } = this.#network;
    const departAt = Math.max(now, sender.busyUntil, sender.sendingUntil) + item.bytes / bytesPerMs;
    sender.sendingUntil = departAt;
    const jitter = jitterMs === 0 ? 0 : jitterMs * random();
    const at = Math.max(stream.lastArrivalAt, departAt + link.latencyMs + jitter);
    stream.lastArrivalAt = at;
    this.#stage.schedule(at, { kind: 'arrival', link, side, item });
  }

  #forget(link: Link, side: Side): void {
    link.isOpen[side] = false;
    link.ends[side].wires.delete(link);
    if (!link.isOpen[otherSide(side)]) this.#cutLinks.delete(link);
  }
}

function down(link: LinkId): { readonly type: 'link-down'; readonly link: LinkId } {
  return { type: 'link-down', link };
}

/** Whether the one takes the cluster key that the other proves itself with. */
function acceptsKey(one: SimulatedPeer, other: SimulatedPeer): boolean {
  return one.keys.accepted.includes(other.keys.primary);
}
