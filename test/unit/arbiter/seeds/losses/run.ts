/**
 * One short run of seeds whose processes crash and whose disks are lost, one or two at a time, while
 * peers ask them and messages are late, lost or held back behind a partition. All of it is drawn from
 * one number. Holds: an index is decided once, whoever knows of it, and an answer counts everything
 * that was known to be decided before its question.
 */
import type { Batch } from '#peer/arbiter/log.ts';
import type { ArbiterReply, ArbiterRequest } from '#peer/arbiter/request.ts';
import type { SeedReply, SeedRequest } from '#peer/arbiter/seeds/messages.ts';
import { Seed } from '#peer/arbiter/seeds/seed.ts';
import { peerId } from '../../../ipam/builders.ts';
import { createRandom } from '../../virtual-time.ts';
import { Clock } from './clock.ts';
import { Disk, openDisk } from './memory-store.ts';

/** Some three losses, each with the half second after which a seed asks the others again. */
const RUN_MS = 4_000;
/** The longest that is between two harms, in one run and the other. */
const HARM_MS_MIN = 200;
const HARM_MS_MAX = 2_000;
const START_WITHIN_MS = 400;
const DOWN_MS_MAX = 300;
const PARTITION_MS_MAX = 1_000;
/** As late as a message comes that is not lost: later than anybody waits for the answer. */
const LATE_MS_MAX = 1_800;
const PROMPT_MS_MAX = 15;
const LOSS = 0.01;

export interface RunResult {
  /** What was broken, as a sentence. */
  readonly violation: string | undefined;
  readonly decisions: number;
  /** Disks that voted in place of one that was lost. */
  readonly returns: number;
}

interface Machine {
  disk: Disk;
  /** Undefined while it is down. */
  seed: Seed | undefined;
  /** Of its process. */
  ending: AbortController;
  /** What the operator says of its disk. */
  isNew: boolean;
}

export class Run {
  readonly #clock = new Clock();
  readonly #chance: () => number;
  readonly #machines: readonly Machine[];
  /** Every seed is known to all others before it votes; otherwise some begin with --new-seed. */
  readonly #isPlain: boolean;
  readonly #lateShare: number;
  /** Of the chances of a harm, from which on two disks are lost at once. */
  readonly #twoFrom: number;
  readonly #decided: string[] = [];
  #cut: ReadonlySet<number> = new Set();
  #disks = 0;
  #asked = 0;
  #returns = 0;
  #founder: string | undefined;
  #violation: string | undefined;

  constructor(random: number) {
    this.#chance = createRandom(random);
    this.#isPlain = this.#chance() < 0.6;
    this.#twoFrom = 0.3 + this.#chance() * 0.7;
    this.#lateShare = this.#chance() < 0.5 ? 0 : this.#chance() * 0.15;
    this.#machines = Array.from({ length: this.#chance() < 0.5 ? 3 : 5 }, () => ({
      disk: new Disk(++this.#disks),
      seed: undefined,
      ending: new AbortController(),
      isNew: !this.#isPlain && this.#chance() < 0.5,
    }));
  }

  async run(): Promise<RunResult> {
    for (const place of this.#machines.keys()) this.#startSoon(place, START_WITHIN_MS);
    const harmMs = HARM_MS_MIN + this.#chance() * (HARM_MS_MAX - HARM_MS_MIN);
    this.#repeatWithin(60, () => void this.#ask());
    this.#repeatWithin(harmMs, () => this.#harm());
    this.#repeatWithin(PARTITION_MS_MAX, () => this.#partition());
    for (let ms = 0; ms < RUN_MS && this.#violation === undefined; ms += 100) {
      await this.#clock.passTo(ms);
    }
    for (const place of this.#machines.keys()) this.#crash(place);
    return {
      violation: this.#violation,
      decisions: this.#decided.length,
      returns: this.#returns,
    };
  }

  #repeatWithin(ms: number, body: () => void): void {
    void this.#clock.sleep(this.#chance() * ms).then(() => {
      body();
      this.#repeatWithin(ms, body);
    });
  }

  // What peers do.

  async #ask(): Promise<void> {
    const { seed } = this.#machine(this.#draw());
    const before = this.#decided.length;
    const reply = await seed?.ask(this.#request());
    if (reply !== undefined) this.#judge(reply, before);
  }

  #request(): ArbiterRequest {
    const id = peerId(++this.#asked);
    const kind = this.#chance();
    if (kind < 0.3) return { type: 'list' };
    if (kind < 0.6) return { type: 'genesis', founder: id };
    return { type: 'register', name: `node-${this.#asked}`, id, replaces: undefined };
  }

  #judge(reply: ArbiterReply, before: number): void {
    if (reply.type === 'view' && Number(reply.rev) < before) {
      this.#violation ??= `revision ${reply.rev} was answered after ${before} was known`;
    }
    if (reply.type !== 'founder') return;
    this.#founder ??= reply.id;
    if (reply.id !== this.#founder) this.#violation ??= `two founders were answered`;
  }

  #noteDecision(index: number, batch: Batch): void {
    const text = JSON.stringify(batch);
    this.#decided[index] ??= text;
    if (this.#decided[index] !== text) this.#violation ??= `index ${index} was decided twice`;
  }

  // What becomes of machines.

  #startSoon(place: number, ms: number): void {
    void this.#clock.sleep(this.#chance() * ms).then(() => this.#start(place));
  }

  #start(place: number): void {
    this.#crash(place);
    const machine = this.#machine(place);
    const { disk, isNew } = machine;
    const ending = new AbortController();
    const { signal } = ending;
    const seed = new Seed({
      seed: place,
      seeds: this.#machines.length,
      store: openDisk(disk, {
        onDecision: (index, batch) => this.#noteDecision(index, batch),
        onVoting: () => this.#noteReturn(place),
      }),
      call: (to, request) => this.#call(to, { from: place, request, signal }),
      timing: {
        random: this.#chance,
        sleep: (ms, early) => untilEnd(this.#clock.sleep(ms, early), signal),
      },
    });
    Object.assign(machine, { seed, ending });
    const said = { isNew, knowsMembers: () => false };
    seed.enrol({ ...said, signal, onWaiting: () => undefined }).catch((error: unknown) => {
      if (!signal.aborted) this.#violation ??= String(error);
    });
  }

  #noteReturn(place: number): void {
    if (!this.#machine(place).disk.isReplacement) return;
    this.#returns++;
    if (this.#chance() < 0.5) this.#turnPartition(place);
  }

  #crash(place: number): void {
    const machine = this.#machine(place);
    machine.ending.abort();
    machine.seed = undefined;
  }

  #harm(): void {
    const kind = this.#chance();
    const place = this.#draw();
    if (kind < 0.15) this.#crash(place);
    else if (kind < this.#twoFrom) this.#loseDisks([place]);
    else this.#loseDisks([place, this.#draw()]);
    for (const at of this.#machines.keys()) {
      if (this.#machine(at).seed === undefined) this.#startSoon(at, DOWN_MS_MAX);
    }
  }

  #loseDisks(places: readonly number[]): void {
    if (!this.#mayLose(places)) return;
    // Said of a seed that voted, and untrue: the others know better, for all of them vote.
    const isLie =
      this.#isPlain &&
      places.length === 1 &&
      this.#machines.every(({ disk }) => disk.floor !== undefined);
    for (const place of places) {
      this.#crash(place);
      const machine = this.#machine(place);
      machine.disk = new Disk(++this.#disks, { isReplacement: true });
      machine.isNew = isLie && this.#chance() < 0.7;
      if (machine.isNew) this.#turnPartition(place);
    }
  }

  /**
   * Nothing tells when all that knew are lost, nor when it is said falsely to seeds that know nothing;
   * where a majority is lost, the others can know it only if each was known to all.
   */
  #mayLose(places: readonly number[]): boolean {
    const kept = this.#machines.filter((_, place) => !places.includes(place));
    const voting = kept.filter(({ disk }) => disk.floor !== undefined).length;
    const isLied = kept.some(
      ({ disk, isNew }) => disk.isReplacement && isNew && disk.floor === undefined,
    );
    if (isLied) return false;
    return this.#isPlain ? voting > 0 : voting > this.#machines.length / 2;
  }

  // What the network does.

  #partition(): void {
    this.#cut = this.#chance() < 0.6 ? new Set() : this.#minority();
  }

  /** Who was cut off knows least: the seed goes on with those, without the ones that it was with. */
  #turnPartition(place: number): void {
    const others = [...this.#machines.keys()].filter((at) => at !== place && !this.#cut.has(at));
    const half = Math.floor(this.#machines.length / 2);
    this.#cut = new Set(others.slice(0, half));
  }

  #minority(): ReadonlySet<number> {
    const minority = new Set<number>();
    while (minority.size < Math.floor(this.#machines.length / 2)) minority.add(this.#draw());
    return minority;
  }

  /** What was sent arrives though its sender is dead; its answer doesn't. */
  async #call(
    to: number,
    { from, request, signal }: { from: number; request: SeedRequest; signal: AbortSignal },
  ): Promise<SeedReply> {
    await this.#travel(from, to);
    const { seed } = this.#machine(to);
    if (seed === undefined) throw new Error('down');
    const reply = seed.answer(request);
    await untilEnd(this.#travel(to, from), signal);
    return reply;
  }

  async #travel(from: number, to: number): Promise<void> {
    if (this.#cut.has(from) !== this.#cut.has(to) || this.#chance() < LOSS) throw new Error('lost');
    const isLate = this.#chance() < this.#lateShare;
    await this.#clock.sleep(this.#chance() * (isLate ? LATE_MS_MAX : PROMPT_MS_MAX));
  }

  #draw(): number {
    return Math.floor(this.#chance() * this.#machines.length);
  }

  #machine(place: number): Machine {
    const machine = this.#machines[place];
    if (machine === undefined) throw new RangeError(`no seed ${place}`);
    return machine;
  }
}

/** Never resolves once the process has ended: then nobody goes on with it. */
async function untilEnd<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const result = await work;
  return signal.aborted ? new Promise<never>(() => undefined) : result;
}
