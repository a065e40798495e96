/**
 * The arbiter of this peer: solo, the seeds', reached over links, or its cluster's. On a seed it also
 * answers the other seeds and every peer that asks.
 */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Arbiter } from '../arbiter/arbiter.ts';
import { type ArbiterReply, parseArbiterReply, parseArbiterRequest } from '../arbiter/request.ts';
import {
  type ClosableAcceptorStore,
  VotesMissing,
  openAcceptorStore,
} from '../arbiter/seeds/acceptor-store.ts';
import {
  type SeedReply,
  type SeedRequest,
  parseSeedReply,
  parseSeedRequest,
} from '../arbiter/seeds/messages.ts';
import { Seed } from '../arbiter/seeds/seed.ts';
import { SeedEnrolment } from './seed-enrolment.ts';
import { SeedsArbiter } from '../arbiter/seeds/seeds-arbiter.ts';
import { systemTiming } from '../arbiter/seeds/system-timing.ts';
import { openSoloArbiter } from '../arbiter/solo.ts';
import { equalAddresses } from '../ipam/cidr.ts';
import { endpointKey } from '../mesh/endpoint-key.ts';
import type { Endpoint } from '../mesh/record.ts';
import type { Answer } from '../transport/questions.ts';
import type { Asker } from '../transport/transport.ts';

export interface ArbiterService {
  readonly arbiter: Arbiter;
  /** Answers what came over a link, in JSON. Rejects when we are no seed or it is no question. */
  answer(asker: Asker, json: Uint8Array): Promise<Answer>;
  /** Why this seed doesn't vote, as a sentence; undefined when it does, or is none. */
  problem(): string | undefined;
  /** Has this peer's seed vote when it may. Once, when it is known whose records this peer remembers. */
  begin(): void;
  close(): void;
}

export interface ArbiterServiceOptions {
  /** The cluster's own, which has no need of links. */
  readonly clusterArbiter?: Arbiter | undefined;
  readonly seeds: readonly Endpoint[];
  /** Where this peer accepts links. */
  readonly self: Endpoint;
  readonly cluster: string;
  readonly stateDirectory: string;
  /** See EnrolmentOptions and Making. */
  readonly isNewSeed: boolean;
  readonly knowsMembers: () => boolean;
  readonly wasRegistered: boolean;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** Carries JSON to a seed and its answer back; rejects when there is none. */
  readonly ask: (seed: Endpoint, json: Uint8Array) => Promise<Uint8Array>;
}

export function openArbiterService(options: ArbiterServiceOptions): ArbiterService {
  const { seeds, self, stateDirectory, clusterArbiter } = options;
  if (clusterArbiter !== undefined) {
    return { arbiter: clusterArbiter, ...NO_SEED, close: () => {} };
  }
  if (seeds.length === 0) return soloService(stateDirectory);
  const index = seeds.findIndex(
    ({ address, port }) => equalAddresses(address, self.address) && port === self.port,
  );
  return index < 0 ? clientService(options) : seedService(options, index);
}

const NO_SEED = { answer: refuseQuestion, problem: () => undefined, begin: () => {} };

function soloService(stateDirectory: string): ArbiterService {
  const arbiter = openSoloArbiter(stateDirectory);
  return { arbiter, ...NO_SEED, close: () => arbiter.close() };
}

function clientService(options: ArbiterServiceOptions): ArbiterService {
  const arbiter = new SeedsArbiter({
    seeds: options.seeds.length,
    call: (to, request) => askSeed(options, to, { request, parse: parseArbiterReply }),
    timing: systemTiming,
  });
  return { arbiter, ...NO_SEED, close: () => {} };
}

function seedService(options: ArbiterServiceOptions, index: number): ArbiterService {
  const { seeds } = options;
  const store = openVotes(options, index);
  const seed = new Seed({
    seed: index,
    seeds: seeds.length,
    store,
    call: (to, request) => askSeed(options, to, { request, parse: parseSeedReply }),
    timing: systemTiming,
  });
  const arbiter = new SeedsArbiter({
    seeds: seeds.length,
    self: index,
    call: (to, request) =>
      to === index
        ? seed.ask(request)
        : askSeed(options, to, { request, parse: parseArbiterReply }),
    timing: systemTiming,
  });
  const encode = createReplyEncoding();
  const enrolment = new SeedEnrolment(options);
  return {
    arbiter,
    answer: (asker, json) => answerAsSeed(seed, { ...options, asker, encode }, json),
    problem: () => enrolment.problem(),
    begin: () => enrolment.begin(seed),
    close: () => {
      enrolment.close();
      store.close();
    },
  };
}

function openVotes(options: ArbiterServiceOptions, index: number): ClosableAcceptorStore {
  const { seeds, cluster, stateDirectory, isNewSeed, wasRegistered } = options;
  const binding = { cluster, seed: index, seeds: seeds.map(endpointKey) };
  const store = openAcceptorStore(join(stateDirectory, 'seed'), binding, { wasRegistered });
  if (store.floor === undefined && isNewSeed && store.lost) {
    store.close();
    throw new VotesMissing(
      '--new-seed says that this seed never ran, but its votes were lost, as its state in ' +
        `${stateDirectory} tells, or another seed did: start it without --new-seed, and its status ` +
        'says what it waits for',
    );
  }
  return store;
}

interface SeedQuestion extends ArbiterServiceOptions {
  readonly asker: Asker;
  readonly encode: (reply: ArbiterReply) => Answer;
}

async function answerAsSeed(
  seed: Seed,
  { seeds, asker, encode }: SeedQuestion,
  json: Uint8Array,
): Promise<Answer> {
  const value = fromJson(json);
  const request = parseArbiterRequest(value);
  if (request !== undefined) return encode(await seed.ask(request));
  const vote = isSeedsAddress(seeds, asker) ? parseSeedRequest(value) : undefined;
  if (vote === undefined || !isOfAsker(seeds, asker, vote))
    throw new Error('this is no question for a seed');
  return toAnswer(seed.answer(vote));
}

/** Seeds are known by where they are. */
export function isSeedsAddress(seeds: readonly Endpoint[], asker: Asker): boolean {
  return seeds.some(({ address }) => equalAddresses(address, asker.address));
}

/** Whose votes are which, each seed says of itself alone. */
function isOfAsker(seeds: readonly Endpoint[], asker: Asker, vote: SeedRequest): boolean {
  if (vote.type !== 'enrol') return true;
  const place = seeds[vote.seed];
  return place !== undefined && equalAddresses(place.address, asker.address);
}

/** Encodes a list once for all that ask, until there is another: at a start everybody asks for it. */
function createReplyEncoding(): (reply: ArbiterReply) => Answer {
  let list: { readonly rev: string; readonly answer: Answer } | undefined;
  return (reply) => {
    if (reply.type !== 'view') return toAnswer(reply);
    if (list?.rev !== reply.rev) list = { rev: reply.rev, answer: toAnswer(reply) };
    return list.answer;
  };
}

function refuseQuestion(): Promise<Answer> {
  return Promise.reject(new Error('this peer is no seed: compare the lists of seeds'));
}

/** Asks a seed, and reads its answer by `parse`. Rejects when there is none, or it can't be read. */
async function askSeed<T>(
  { seeds, ask }: ArbiterServiceOptions,
  to: number,
  {
    request,
    parse,
  }: { readonly request: unknown; readonly parse: (value: unknown) => T | undefined },
): Promise<T> {
  const reply = parse(fromJson(await ask(seedAt(seeds, to), toJson(request))));
  if (reply === undefined) throw new Error(`the answer of seed ${to} can't be read`);
  return reply;
}

function seedAt(seeds: readonly Endpoint[], index: number): Endpoint {
  const seed = seeds[index];
  if (seed === undefined) throw new RangeError(`seed ${index} of ${seeds.length}`);
  return seed;
}

function toAnswer(reply: ArbiterReply | SeedReply): Answer {
  return { error: '', arbiter: toJson(reply) };
}

function toJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** Undefined for bytes that are no JSON. */
function fromJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
