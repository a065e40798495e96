/**
 * A world of simulated peers: the daemon's own core on a virtual clock, with a network, disks, an
 * arbiter and processes that all may fail. One seed gives one run. What may not happen in it is for
 * an observer to say.
 */
import type { CoreEffect, CoreEvent } from '../../peer/core/core-event.ts';
import type { PeerId } from '../../peer/mesh/peer-id.ts';
import type { DirectoryRecord, Endpoint } from '../../peer/mesh/record.ts';
import { EMPTY_CUSTODY } from '../support/records.ts';
import { Commits } from './commits.ts';
import { type Cpu, INSTANT } from './cpu.ts';
import type { Disk } from './disk.ts';
import { Donors } from './donors.ts';
import { EventQueue } from './event-queue.ts';
import { Fabric } from './fabric.ts';
import { FakeCodec } from './fake-codec.ts';
import { type Happening, type Stage, after, laterAt } from './happening.ts';
import { Joining } from './joining.ts';
import { FIRST_LIST_REPLY, ListQuestions } from './list-questions.ts';
import { LAN, type Network } from './network.ts';
import type { Observer } from './observer.ts';
import {
  type HostileOptions,
  Population,
  type PopulationOptions,
  profileOf,
} from './population.ts';
import { createRandom } from './random.ts';
import { Registry } from './registry.ts';
import type { SimulatedPeer } from './simulated-peer.ts';

/** Timers fire at whole milliseconds and never at once, as setTimeout's do. */
const TIMER_MS = 1;
/** Of a process that ended by itself. */
const RESTART_MS = 500;
/** How often a condition is looked at: it may cost more than the events between. */
const LOOK_MS = 20;

export interface WorldOptions extends PopulationOptions {
  readonly seed: number;
  readonly network?: Network;
  readonly cpu?: Cpu;
  /** Unsent bytes at which a link counts as congested: small ones are reached by few peers. */
  readonly congestedBytes?: number;
  readonly observer?: Partial<Observer>;
}

export class World implements Stage {
  readonly random: () => number;
  readonly registry = new Registry((id) => this.#observer?.removed?.(id));
  readonly fabric: Fabric;
  /** What steps take from now on. */
  cpu: Cpu;
  readonly codec = new FakeCodec();
  /** Identities of attackers, with those that they only made up. */
  readonly hostileIds = new Set<PeerId>();
  readonly attackers: SimulatedPeer[] = [];
  /** What happened so far, timers that were set anew left out. */
  events = 0;
  readonly #observer: Partial<Observer> | undefined;
  readonly #queue = new EventQueue<Happening>();
  readonly #population: Population;
  readonly #joining = new Joining(this, this.registry);
  readonly #lists: ListQuestions;
  readonly #commits: Commits;
  readonly #donors: Donors;
  #pods = 0;

  constructor(options: WorldOptions) {
    this.random = createRandom(options.seed);
    this.cpu = options.cpu ?? INSTANT;
    this.#observer = options.observer;
    const network = options.network ?? LAN;
    this.#population = new Population(this, this.codec, options);
    const peerAt = (endpoint: Endpoint) => this.#population.at(endpoint);
    this.fabric = new Fabric({ ...options, stage: this, network, cpu: this.cpu, peerAt });
    this.#commits = new Commits(this, {
      execute: (peer, effects) => this.#execute(peer, effects),
      failed: (peer) => this.end(peer, { isHostGone: false }),
      observer: this.#observer,
    });
    const byId = (id: PeerId) => this.#population.of(id);
    const isCut = (a: SimulatedPeer, b: SimulatedPeer) => this.fabric.isCutBetween(a, b);
    this.#donors = new Donors(this, { byId, isCut });
    this.#lists = new ListQuestions(this, { byId, isCut });
  }

  get now(): number {
    return this.#queue.now;
  }

  schedule(at: number, happening: Happening): void {
    this.#queue.push(at, happening);
  }

  get peers(): readonly SimulatedPeer[] {
    return this.#population.peers;
  }

  /** Adds a peer with an empty disk, which does not run yet. */
  add(): SimulatedPeer {
    return this.#population.add();
  }

  /** Adds an attacker, which does not run yet. */
  addHostile(options: HostileOptions): ReturnType<Population['addHostile']> {
    const attacker = this.#population.addHostile(options);
    this.hostileIds.add(attacker.id);
    this.attackers.push(attacker);
    return attacker;
  }

  /** A number for another pod. */
  nextPod(): number {
    return ++this.#pods;
  }

  /** What the peer will publish at its next start, as others would know it from then on. */
  sealNext(peer: SimulatedPeer): DirectoryRecord {
    const content = {
      type: 'peer',
      profile: profileOf(peer),
      custody: EMPTY_CUSTODY,
      instance: 0n,
    } as const;
    return this.codec.seal({ peer: peer.id, epoch: peer.disk.epoch + 1, seq: 1, content });
  }

  /** Starts its process, from its disk. */
  start(peer: SimulatedPeer, bootstrap: readonly number[] = peer.bootstrap): void {
    if (peer.isUp) return;
    if (peer.disk.isFenced) this.replace(peer);
    peer.bootstrap = bootstrap;
    peer.disk.epoch++;
    peer.machine = this.#population.makeMachine(peer);
    peer.state = 'running';
    peer.startedAt = this.now;
    this.#observer?.started?.(peer);
    if (peer.recalled.length > 0) this.#step(peer, { type: 'recall', records: peer.recalled });
    const effects = peer.machine.start(peer.localTime(this.now));
    this.#observer?.stepped?.(peer, { type: 'time' }, effects);
    this.#execute(peer, effects);
    this.#joining.join(peer);
  }

  /** Its process ends, now: what was not synced is lost. `isHostGone`: nothing says so to others. */
  end(peer: SimulatedPeer, { isHostGone }: { readonly isHostGone: boolean }): void {
    if (!peer.isUp) return;
    for (const link of peer.wires) this.fabric.abandon(peer, link, !isHostGone);
    peer.recalled = recordsOfOthers(peer);
    peer.state = isHostGone ? 'vanished' : 'down';
    peer.run++;
    peer.isPaused = false;
    peer.links.clear();
    peer.inbox = [];
    peer.toldMeanwhile = [];
    peer.isAtWork = false;
    peer.isResumeDue = false;
    peer.busyUntil = this.now;
    peer.wakeAt = Number.POSITIVE_INFINITY;
    peer.handshakes = 0;
    this.#commits.drop(peer);
    this.#observer?.ended?.(peer);
  }

  /** The node's disk was lost: another identity under the same name, which does not run yet. */
  replace(peer: SimulatedPeer): void {
    this.end(peer, { isHostGone: false });
    this.#observer?.lostDisk?.(peer);
    this.#population.replace(peer);
  }

  /** Its disk is as it was once; it does not run. */
  setBack(peer: SimulatedPeer, copy: ReturnType<Disk['copy']>): void {
    this.end(peer, { isHostGone: false });
    peer.disk.restore(copy);
    this.#observer?.setBack?.(peer);
  }

  /** Gives the node another underlay address; its process has to be started anew. */
  readdress(peer: SimulatedPeer): void {
    this.end(peer, { isHostGone: true });
    this.#population.readdress(peer);
  }

  /** Stops its process for so long (SIGSTOP): its kernel goes on, and all that comes waits. */
  pause(peer: SimulatedPeer, forMs: number): void {
    if (!peer.isUp || peer.isPaused) return;
    peer.isPaused = true;
    laterAt(this, peer, forMs, () => {
      peer.isPaused = false;
      // Whether timers or sockets come first after a pause is the event loop's to say.
      const timer: CoreEvent = { type: 'time' };
      if (this.random() < 0.5) peer.inbox.unshift(timer);
      else peer.inbox.push(timer);
      this.#resume(peer);
    });
  }

  /** Runs until the virtual time, or until the condition holds; says whether it did. */
  runUntil(until: number, condition: () => boolean = () => false): boolean {
    let lookAt = this.now + LOOK_MS;
    while (this.#queue.nextAt() <= until) {
      if (this.#queue.nextAt() >= lookAt) {
        if (condition()) return true;
        lookAt = this.#queue.nextAt() + LOOK_MS;
      }
      this.#happen(this.#queue.pop());
    }
    // Nothing happens from here to the end: what holds now has held since the last event.
    if (condition()) return true;
    this.#queue.skipTo(until);
    return condition();
  }

  /** Tells the peer's process, as soon as that has time. */
  deliver(peer: SimulatedPeer, event: CoreEvent): void {
    if (!peer.isUp) return;
    if (peer.isAtWork) {
      peer.toldMeanwhile.push(event);
      return;
    }
    const isBusy = peer.isPaused || peer.inbox.length > 0 || peer.busyUntil > this.now;
    if (!isBusy) return this.#step(peer, event);
    peer.inbox.push(event);
    this.#resumeLater(peer);
  }

  #happen(happening: Happening | undefined): void {
    if (happening === undefined) return;
    switch (happening.kind) {
      case 'arrival':
        this.events++;
        return this.fabric.arrive(happening.link, happening.side, happening.item);
      case 'timer':
        return this.#wake(happening.peer, happening.run);
      case 'resume':
        if (happening.peer.run !== happening.run) return;
        happening.peer.isResumeDue = false;
        return this.#resume(happening.peer);
      case 'call':
        this.events++;
        return happening.call();
    }
  }

  #wake(peer: SimulatedPeer, run: number): void {
    if (peer.run !== run || peer.wakeAt !== this.now) return;
    peer.wakeAt = Number.POSITIVE_INFINITY;
    if (peer.isPaused) return;
    if (peer.machine.nextAt() > peer.localTime(this.now)) return this.#setTimer(peer);
    this.events++;
    this.deliver(peer, { type: 'time' });
  }

  #resume(peer: SimulatedPeer): void {
    while (!peer.isPaused && peer.isUp && peer.busyUntil <= this.now) {
      const event = peer.inbox.shift();
      if (event === undefined) return;
      this.#stepLate(peer, event);
    }
    this.#resumeLater(peer);
  }

  #resumeLater(peer: SimulatedPeer): void {
    if (peer.isResumeDue || peer.isPaused || peer.inbox.length === 0) return;
    peer.isResumeDue = true;
    this.schedule(peer.busyUntil, { kind: 'resume', peer, run: peer.run });
  }

  /** The same for what had to wait, and may be over by now. */
  #stepLate(peer: SimulatedPeer, event: CoreEvent): void {
    if (isOfClosedLink(peer, event)) this.#execute(peer, []);
    else this.#step(peer, event);
  }

  /** One step of the peer's machine, and what it brings about. */
  #step(peer: SimulatedPeer, event: CoreEvent): void {
    if (event.type === 'link-down') peer.links.delete(event.link);
    const before = this.codec.verifications;
    this.#observer?.stepping?.(peer, event);
    const effects = peer.machine.step(peer.localTime(this.now), event);
    const { newRecordMs, frameMs } = this.cpu;
    const tookMs =
      (this.codec.verifications - before) * newRecordMs + (event.type === 'frame' ? frameMs : 0);
    if (tookMs > 0) peer.busyUntil = Math.max(peer.busyUntil, this.now) + tookMs;
    this.#observer?.stepped?.(peer, event, effects);
    this.#execute(peer, effects);
  }

  /** Carries them out; what the peer is told of meanwhile it hears of afterwards, as from its driver. */
  #execute(peer: SimulatedPeer, effects: readonly CoreEffect[]): void {
    peer.isAtWork = true;
    for (const effect of effects) if (peer.isUp) this.#executeOne(peer, effect);
    peer.isAtWork = false;
    const next = peer.toldMeanwhile.shift();
    if (next !== undefined) return this.#stepLate(peer, next);
    if (peer.isUp) this.#setTimer(peer);
  }

  #executeOne(peer: SimulatedPeer, effect: CoreEffect): void {
    switch (effect.type) {
      case 'send': {
        const link = peer.links.get(effect.link);
        this.#observer?.sending?.(peer, link, effect.frame);
        if (link !== undefined) this.fabric.send(peer, link, effect.frame);
        return;
      }
      case 'dial':
        return this.fabric.dial(peer, effect.endpoint);
      case 'close':
        return this.#close(peer, effect);
      case 'commit':
        return this.#commits.add(peer, effect);
      case 'publish':
        this.#observer?.publishing?.(peer, effect.content);
        peer.toldMeanwhile.push({ type: 'publish', content: effect.content });
        return;
      case 'reply':
        if (effect.to > FIRST_LIST_REPLY) return this.#lists.reply(effect);
        return this.#donors.reply(effect);
      default:
        return this.#demand(peer, effect);
    }
  }

  /** What others are to answer, or its host is to do. */
  #demand(peer: SimulatedPeer, effect: CoreEffect): void {
    switch (effect.type) {
      case 'ask-space':
        return this.#donors.ask(peer, effect);
      case 'ask-view':
        return this.#joining.askView(peer);
      case 'ask-executor':
        return this.#joining.askExecutor(peer, effect.question);
      case 'ask-peer-view':
        return this.#lists.ask(peer, effect);
      case 'fence':
        return this.#fence(peer);
      default:
    }
  }

  /** Its process ends, and whoever keeps it running starts it again. */
  #fence(peer: SimulatedPeer): void {
    this.end(peer, { isHostGone: false });
    after(this, RESTART_MS, () => this.start(peer));
  }

  #close(peer: SimulatedPeer, effect: Extract<CoreEffect, { type: 'close' }>): void {
    const link = peer.links.get(effect.link);
    this.#observer?.closing?.(peer, link, effect.reason);
    if (link === undefined) return;
    peer.links.delete(effect.link);
    this.fabric.close(peer, link, effect.reason);
  }

  #setTimer(peer: SimulatedPeer): void {
    const dueInMs = peer.machine.nextAt() - peer.localTime(this.now);
    if (dueInMs === Number.POSITIVE_INFINITY) return;
    const at = this.now + Math.max(TIMER_MS, Math.ceil(dueInMs)) / peer.clock.rate;
    if (peer.wakeAt <= at) return;
    peer.wakeAt = at;
    this.schedule(at, { kind: 'timer', peer, run: peer.run });
  }
}

/** Of a link that the peer closed in the meantime: its transport would not tell of it any more. */
function isOfClosedLink(peer: SimulatedPeer, event: CoreEvent): boolean {
  switch (event.type) {
    case 'frame':
    case 'link-down':
    case 'congested':
    case 'drained':
      return !peer.links.has(event.link);
    default:
      return false;
  }
}

/** What its directory cache has: most of what it knew, as that needs no fsync. */
function recordsOfOthers({ machine, id }: SimulatedPeer): readonly DirectoryRecord[] {
  const { directory } = machine.mesh;
  return directory
    .peerIds()
    .flatMap((other) => (other === id ? [] : (directory.peer(other) ?? [])));
}
