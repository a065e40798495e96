/**
 * Drives the pure core: hands it events and the time, and carries out its effects by the ports.
 * The only place where both meet; it decides nothing.
 */
import { assert } from '../assert.ts';
import type { ToldExecutor } from './arbiter-asking.ts';
import { Commits } from './commits.ts';
import type { Core } from '../core/core.ts';
import type { CoreEffect, CoreEvent, CoreReply, ReplyId } from '../core/core-event.ts';
import type { Counters } from '../counters.ts';
import type { Need } from '../ipam/outcomes.ts';
import type { ViewUpdate } from '../ipam/view-update.ts';
import type { Write } from '../ipam/writes.ts';
import type { CloseReason, LinkId } from '../mesh/effect.ts';
import type { MeshFrame } from '../mesh/frame.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import type { DirectoryRecord, Endpoint } from '../mesh/record.ts';
import { SpareCopies } from './spare-copies.ts';

/** The world as far as the core's effects reach. */
export interface DriverPorts {
  dial(endpoint: Endpoint): void;
  send(link: LinkId, frame: MeshFrame): void;
  close(link: LinkId, reason: CloseReason): void;
  /** Durable when it returns. */
  commit(writes: readonly Write[]): void;
  /** Keeps records for the next start; need not be durable. */
  remember(records: readonly DirectoryRecord[]): void;
  /** Asks the donors in turn; resolves to whether one of them granted. Never rejects. */
  askSpace(donors: readonly PeerId[], need: Need): Promise<boolean>;
  /** Asks the arbiter for its list of members, and tells the core if it answers. */
  askView(): void;
  /** Asks the arbiter who the executor is; resolves to undefined without an answer. Never rejects. */
  askExecutor(): Promise<ToldExecutor | undefined>;
  /** Asks a peer for its list of members; resolves to undefined when it tells none. Never rejects. */
  askPeerView(peer: PeerId, since: bigint): Promise<ViewUpdate | undefined>;
  /** What the kernel should look like may have changed. */
  lookAgain(): void;
  /** This identity must not act any more. */
  fence(reason: string): void;
}

export interface DriverOptions {
  readonly core: Core;
  readonly ports: DriverPorts;
  readonly counters: Counters;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/** What the core wants to know from others. */
type Question = Extract<
  CoreEffect,
  { type: 'ask-space' | 'ask-view' | 'ask-executor' | 'ask-peer-view' }
>;

type Asking = (reply: ReplyId) => CoreEvent;

/** What a question gets that the core will not come to: who asked must not wait for ever. */
const STOPPING: CoreReply = { type: 'refused', reason: 'the peer is stopping' };

/** setTimeout takes 31 bits; a wake-up that far away is none. */
const WAKE_MS_MAX = 0x7fff_ffff;
/** A timer that comes this late was kept waiting by more than the work of a busy peer. */
const PAUSE_MS = 250;

export class Driver {
  readonly #core: Core;
  readonly #ports: DriverPorts;
  readonly #counters: Counters;
  readonly #now: () => number;
  readonly #commits: Commits;
  readonly #spare: SpareCopies;
  readonly #replies = new Map<ReplyId, (value: CoreReply) => void>();
  /** Events that came while one was handled: ports may call back at once. */
  readonly #queue: CoreEvent[] = [];
  #isDraining = false;
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;
  /** What the timer is set for; infinity for none. */
  #wakeAt = Number.POSITIVE_INFINITY;
  #nextReply = 1;

  constructor({ core, ports, counters, now }: DriverOptions) {
    this.#core = core;
    this.#ports = ports;
    this.#counters = counters;
    this.#now = now;
    this.#spare = new SpareCopies((link, frame) => {
      if (!this.#isStopped) ports.send(link, frame);
    });
    this.#commits = new Commits(
      (writes) => ports.commit(writes),
      (effects) => this.#executeAll(effects),
    );
  }

  start(recalled: readonly DirectoryRecord[]): void {
    this.tell({ type: 'recall', records: recalled });
    this.#executeAll(this.#core.start(this.#now()));
  }

  tell(event: CoreEvent): void {
    if (this.#isStopped) return;
    this.#noteLink(event);
    this.#queue.push(event);
    this.#drain();
  }

  /** Tells an event that is answered, and resolves to the answer: a refusal when we are stopping. */
  ask(event: Asking): Promise<CoreReply> {
    if (this.#isStopped) return Promise.resolve(STOPPING);
    const reply = this.#nextReply++;
    const { promise, resolve } = Promise.withResolvers<CoreReply>();
    this.#replies.set(reply, resolve);
    this.tell(event(reply));
    return promise;
  }

  /** Writes what is queued, refuses what still waits, and hears nothing more. */
  stop(): void {
    try {
      this.#commits.flush();
    } finally {
      this.#isStopped = true;
      clearTimeout(this.#timer);
      for (const resolve of this.#replies.values()) resolve(STOPPING);
      this.#replies.clear();
    }
  }

  /** What is waiting to be sent hears at once of what came, and of links that carry no more. */
  #noteLink(event: CoreEvent): void {
    switch (event.type) {
      case 'frame':
        if (event.frame.type === 'records') this.#spare.heard(event.link, event.frame.records);
        break;
      case 'congested':
        this.#spare.congested(event.link);
        break;
      case 'drained':
        this.#spare.drained(event.link);
        break;
      case 'link-down':
        this.#spare.forget(event.link);
        break;
      default:
    }
  }

  #drain(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    try {
      for (let event = this.#queue.shift(); event !== undefined; event = this.#queue.shift()) {
        for (const effect of this.#core.step(this.#now(), event)) this.#execute(effect);
      }
    } finally {
      this.#isDraining = false;
    }
    this.#setTimer();
  }

  #executeAll(effects: readonly CoreEffect[]): void {
    for (const effect of effects) this.#execute(effect);
    this.#setTimer();
  }

  #execute(effect: CoreEffect): void {
    switch (effect.type) {
      case 'send':
        return this.#send(effect);
      case 'dial':
        return this.#ports.dial(effect.endpoint);
      case 'close':
        return this.#close(effect);
      case 'learned':
        return this.#ports.remember(effect.records);
      case 'refused':
        return this.#counters.add(effect.reason);
      case 'bound-hit':
        return this.#counters.add(effect.bound);
      case 'commit':
        return this.#commits.add(effect);
      case 'publish':
        return this.tell({ type: 'publish', content: effect.content });
      case 'reply':
        return this.#reply(effect.to, effect.value);
      case 'look-again':
        return this.#ports.lookAgain();
      case 'fence':
        return this.#ports.fence(effect.reason);
      default:
        return this.#ask(effect);
    }
  }

  #ask(question: Question): void {
    switch (question.type) {
      case 'ask-space':
        return this.#askSpace(question.donors, question.need);
      case 'ask-view':
        return this.#ports.askView();
      case 'ask-executor':
        return this.#askExecutor(question.question);
      case 'ask-peer-view':
        return this.#askPeerView(question.peer, question.since);
    }
  }

  #send({ link, frame, isSpare }: Extract<CoreEffect, { type: 'send' }>): void {
    if (isSpare === true && frame.type === 'records') this.#spare.hold(link, frame);
    else this.#ports.send(link, frame);
  }

  #close({ link, reason }: Extract<CoreEffect, { type: 'close' }>): void {
    this.#counters.add(reason);
    this.#spare.forget(link);
    this.#ports.close(link, reason);
  }

  #reply(to: ReplyId, value: CoreReply): void {
    if (this.#isStopped) return;
    const resolve = this.#replies.get(to);
    assert(resolve !== undefined, `reply ${to} was answered already`);
    this.#replies.delete(to);
    resolve(value);
  }

  /** Behind the commits that this turn asked for: a donor gives nothing to who has not published yet. */
  #askSpace(donors: readonly PeerId[], need: Need): void {
    setImmediate(() => {
      if (this.#isStopped) return;
      void this.#ports.askSpace(donors, need).then((granted) => {
        this.tell({ type: 'space-answered', need, granted });
      });
    });
  }

  #askExecutor(question: number): void {
    void this.#ports.askExecutor().then((told) => {
      if (told !== undefined) this.tell({ type: 'executor-told', question, ...told });
    });
  }

  #askPeerView(from: PeerId, since: bigint): void {
    void this.#ports.askPeerView(from, since).then((update) => {
      this.tell({ type: 'view-answered', from, update });
    });
  }

  #setTimer(): void {
    const wakeAt = this.#isStopped ? Number.POSITIVE_INFINITY : this.#core.nextAt();
    if (wakeAt === this.#wakeAt) return;
    this.#wakeAt = wakeAt;
    clearTimeout(this.#timer);
    const delayMs = Math.max(0, Math.ceil(wakeAt - this.#now()));
    if (delayMs <= WAKE_MS_MAX) this.#timer = setTimeout(() => this.#wake(), delayMs);
  }

  /** After a pause of ours, what others sent meanwhile lies in the kernel's buffers: it is read first. */
  #wake(): void {
    const wasPaused = this.#now() - this.#wakeAt > PAUSE_MS;
    this.#wakeAt = Number.POSITIVE_INFINITY;
    if (wasPaused) setImmediate(() => this.tell({ type: 'time' }));
    else this.tell({ type: 'time' });
  }
}
