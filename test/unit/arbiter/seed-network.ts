/**
 * Seeds in one process, joined by a network that loses, delays and repeats messages as its numbers
 * tell, with crashes that keep what was on disk. Messages go through JSON and our parsers.
 */
import { DatabaseSync } from 'node:sqlite';
import type { Arbiter } from '#peer/arbiter/arbiter.ts';
import type { AcceptorStore } from '#peer/arbiter/seeds/acceptor.ts';
import { createAcceptorStore } from '#peer/arbiter/seeds/acceptor-store.ts';
import type { EnrolmentWait } from '#peer/arbiter/seeds/enrolment.ts';
import {
  type SeedReply,
  type SeedRequest,
  parseSeedReply,
  parseSeedRequest,
} from '#peer/arbiter/seeds/messages.ts';
import {
  type ArbiterReply,
  type ArbiterRequest,
  parseArbiterReply,
  parseArbiterRequest,
} from '#peer/arbiter/request.ts';
import { Seed } from '#peer/arbiter/seeds/seed.ts';
import { SeedsArbiter } from '#peer/arbiter/seeds/seeds-arbiter.ts';
import { VirtualTime, createRandom } from './virtual-time.ts';

/** Virtual; some dozens of times that a seed asks the others. */
const VOTING_MS_MAX = 60_000;

export interface NetworkOptions {
  readonly seeds: number;
  readonly random: number;
  /** Share of the messages that is lost, each way. */
  readonly loss: number;
}

interface Node {
  seed: Seed;
  isUp: boolean;
  readonly database: DatabaseSync;
  readonly store: AcceptorStore;
  /** Ends what the crashed process still wanted to do. */
  kill: () => void;
}

/** What the operator, this peer's state and others say of a seed that has no votes. */
export interface Start {
  readonly isNew?: boolean;
  readonly wasRegistered?: boolean;
  readonly knowsMembers?: boolean;
}

export class SeedNetwork {
  readonly time: VirtualTime;
  loss: number;
  readonly #nodes: Node[];
  readonly #seeds: number;
  readonly #waits = new Map<number, EnrolmentWait | undefined>();
  #cut: ReadonlySet<number> = new Set();

  constructor({ seeds, random, loss }: NetworkOptions) {
    this.time = new VirtualTime(createRandom(random));
    this.loss = loss;
    this.#seeds = seeds;
    this.#nodes = Array.from({ length: seeds }, (_, seed) =>
      this.#start(seed, new DatabaseSync(':memory:')),
    );
  }

  /** The arbiter as a peer that is no seed sees it, or as seed `self` does. */
  arbiter(self?: number): Arbiter {
    return new SeedsArbiter({
      seeds: this.#seeds,
      ...(self !== undefined && { self }),
      timing: this.time,
      call: (to, request) => this.#ask(self, to, request),
    });
  }

  crash(seed: number): void {
    this.#node(seed).kill();
  }

  restart(seed: number, start: Start = {}): void {
    const { database } = this.#node(seed);
    this.crash(seed);
    this.#nodes[seed] = this.#start(seed, database, start);
  }

  /** Crashes, and starts with an empty disk. */
  restartWithNewDisk(seed: number, start: Start = {}): void {
    this.crash(seed);
    this.#node(seed).database.close();
    this.#nodes[seed] = this.#start(seed, new DatabaseSync(':memory:'), start);
  }

  /** Resolves when these vote. Rejects when they don't in time. */
  async voting(...seeds: readonly number[]): Promise<void> {
    const isOut = (seed: number) => this.#node(seed).store.floor === undefined;
    for (let waitedMs = 0; seeds.some(isOut); waitedMs += 10) {
      if (waitedMs > VOTING_MS_MAX) throw new Error(`seed ${seeds.find(isOut)} does not vote`);
      await this.time.sleep(10);
    }
  }

  /** What the seed waited for when it was last seen to. */
  waitOf(seed: number): EnrolmentWait | undefined {
    return this.#waits.get(seed);
  }

  /** Nothing gets into or out of these any more. */
  cut(seeds: readonly number[]): void {
    this.#cut = new Set(seeds);
  }

  /** The log as each seed knows it, for comparison. */
  decisions(): readonly (readonly string[])[] {
    const sql = 'SELECT position, batch FROM decision ORDER BY position';
    return this.#nodes.map(({ database }) =>
      database
        .prepare(sql)
        .all()
        .map(({ position, batch }) => `${String(position)} ${String(batch)}`),
    );
  }

  close(): void {
    for (const { database } of this.#nodes) database.close();
  }

  #start(seed: number, database: DatabaseSync, start: Start = {}): Node {
    const binding = { cluster: 'test', seed, seeds: [] };
    const { isNew = this.#seeds === 1, wasRegistered = false, knowsMembers = false } = start;
    const store = createAcceptorStore(database, binding, { wasRegistered });
    const ending = new AbortController();
    const node = { isUp: true, database, store, kill: () => undefined as void };
    const alive = stopWith(store, () => node.isUp);
    const { time } = this;
    const call = (to: number, request: SeedRequest) => this.#call(seed, to, request);
    const started = new Seed({ seed, seeds: this.#seeds, store: alive, call, timing: time });
    node.kill = () => {
      node.isUp = false;
      ending.abort();
    };
    const onWaiting = (wait: EnrolmentWait | undefined) => void this.#waits.set(seed, wait);
    const { signal } = ending;
    const said = { isNew, knowsMembers: () => knowsMembers };
    started.enrol({ ...said, signal, onWaiting }).catch((error: unknown) => {
      if (node.isUp) throw error;
    });
    return Object.assign(node, { seed: started });
  }

  async #call(from: number, to: number, request: SeedRequest): Promise<SeedReply> {
    const sender = this.#node(from);
    await this.#travel(from, to);
    const parsed = parseSeedRequest(JSON.parse(JSON.stringify(request)));
    if (parsed === undefined || !sender.isUp) throw new Error('lost');
    const receiver = this.#node(to);
    if (!receiver.isUp) throw new Error('down');
    if (this.time.random() < 0.1) receiver.seed.answer(parsed);
    const reply = parseSeedReply(JSON.parse(JSON.stringify(receiver.seed.answer(parsed))));
    await this.#travel(to, from);
    if (reply === undefined) throw new Error('a reply can not be parsed');
    return reply;
  }

  async #ask(from: number | undefined, to: number, request: ArbiterRequest): Promise<ArbiterReply> {
    if (from !== to) await this.#travel(from, to);
    const parsed = parseArbiterRequest(JSON.parse(JSON.stringify(request)));
    const node = this.#node(to);
    if (parsed === undefined || !node.isUp) throw new Error('down');
    const reply = parseArbiterReply(JSON.parse(JSON.stringify(await node.seed.ask(parsed))));
    if (from !== to) await this.#travel(to, from);
    if (reply === undefined) throw new Error('a reply can not be parsed');
    return reply;
  }

  /** Late by chance; lost for ever by chance, or between a part that is cut off and the others. */
  async #travel(from: number | undefined, to: number | undefined): Promise<void> {
    await this.time.sleep(this.time.random() * 20);
    const isCut = (seed: number | undefined) => seed !== undefined && this.#cut.has(seed);
    if (isCut(from) !== isCut(to) || this.time.random() < this.loss) throw new Error('lost');
  }

  #node(seed: number): Node {
    const node = this.#nodes[seed];
    if (node === undefined) throw new Error(`no seed ${seed}`);
    return node;
  }
}

/** A store that fails once its process is dead. */
function stopWith(store: AcceptorStore, isUp: () => boolean): AcceptorStore {
  const check = () => {
    if (!isUp()) throw new Error('the process is dead');
  };
  return {
    run: store.run,
    name: store.name,
    get floor() {
      return (check(), store.floor);
    },
    saveFloor: (floor) => (check(), store.saveFloor(floor)),
    get lost() {
      return (check(), store.lost);
    },
    saveLost: () => (check(), store.saveLost()),
    enrolled: (seed) => (check(), store.enrolled(seed)),
    saveEnrolled: (seed, enrolled) => (check(), store.saveEnrolled(seed, enrolled)),
    vote: (index) => (check(), store.vote(index)),
    saveVote: (index, vote) => (check(), store.saveVote(index, vote)),
    decision: (index) => (check(), store.decision(index)),
    saveDecision: (index, batch) => (check(), store.saveDecision(index, batch)),
    decisions: (from, count) => (check(), store.decisions(from, count)),
    end: () => (check(), store.end()),
    touched: () => (check(), store.touched()),
    isWhole: () => (check(), store.isWhole()),
  };
}
