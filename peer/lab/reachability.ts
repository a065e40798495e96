/** Who reaches whom: one fping per source, against every address of everything else at once. */
import { insideNamespace, mapConcurrently, runCommand } from './command.ts';

/** A node or a pod, as a source and as a target. */
export interface Endpoint {
  readonly name: string;
  readonly namespace: string;
  readonly addresses: readonly string[];
}

export interface Reachability {
  readonly endpoints: readonly string[];
  /** Pairs that were tried: one for each source and each address of another endpoint. */
  readonly tried: number;
  /** How many others each source tried; absent when it was all of them. */
  readonly targetsPerSource?: number;
  readonly unreachable: readonly Unreachable[];
}

export interface Unreachable {
  readonly from: string;
  readonly to: string;
  readonly address: string;
}

/** A healthy answer takes microseconds; a second covers a machine that is busy with everything else. */
const REPLY_TIMEOUT_MS = 1000;
/** One packet may meet an unresolved neighbour; a path that needs more than one retry is not a path. */
const RETRIES = 1;
/** Between packets of one source. The least that fping takes without a warning. */
const INTERVAL_MS = 1;
/** What a hundred nodes with a pod each are tried by in some seconds. */
export const TARGETS_PER_SOURCE_MAX = 60;
/** They mostly wait for answers, but start together on two cores. */
const SOURCES_AT_A_TIME = 6;

/**
 * Pings from every endpoint to every address of every other; of very many, to those of
 * TARGETS_PER_SOURCE_MAX others, so that the work grows with the endpoints and not with their square.
 */
export async function measureReachability(endpoints: readonly Endpoint[]): Promise<Reachability> {
  const pairs = endpoints.map((source, at) => pairsOf(source, chooseTargets(endpoints, at)));
  const found = await mapConcurrently(pairs, SOURCES_AT_A_TIME, pingAll);
  const isSampled = endpoints.length - 1 > TARGETS_PER_SOURCE_MAX;
  return {
    endpoints: endpoints.map((endpoint) => endpoint.name),
    tried: pairs.flat().length,
    ...(isSampled ? { targetsPerSource: TARGETS_PER_SOURCE_MAX } : {}),
    unreachable: found.flat(),
  };
}

/**
 * The others that the endpoint at this position tries: all, or as many at even distances from it.
 * The distances are the same for everyone, so everyone is tried by as many as it tries itself.
 */
export function chooseTargets<T>(endpoints: readonly T[], at: number): readonly T[] {
  const others = endpoints.length - 1;
  const count = Math.min(others, TARGETS_PER_SOURCE_MAX);
  const distances = Array.from({ length: count }, (_, i) => 1 + Math.floor((i * others) / count));
  return distances.flatMap((distance) => endpoints[(at + distance) % endpoints.length] ?? []);
}

interface Pair {
  readonly source: Endpoint;
  readonly to: string;
  readonly address: string;
}

function pairsOf(source: Endpoint, targets: readonly Endpoint[]): readonly Pair[] {
  return targets.flatMap(({ name, addresses }) =>
    addresses.map((address) => ({ source, to: name, address })),
  );
}

/** Those of one source's pairs that do not answer. */
async function pingAll(pairs: readonly Pair[]): Promise<readonly Unreachable[]> {
  const [first] = pairs;
  if (first === undefined) return [];
  const addresses = pairs.map(({ address }) => address);
  const answered = await ping(first.source.namespace, addresses);
  return pairs
    .filter(({ address }) => !answered.has(address))
    .map(({ source, to, address }) => ({ from: source.name, to, address }));
}

/** The addresses that answered. */
async function ping(namespace: string, addresses: readonly string[]): Promise<ReadonlySet<string>> {
  const flags = ['-a', '-r', `${RETRIES}`, '-t', `${REPLY_TIMEOUT_MS}`, '-i', `${INTERVAL_MS}`];
  const { stdout } = await runCommand(insideNamespace(namespace, ['fping', ...flags]), {
    input: `${addresses.join('\n')}\n`,
    // 1: some did not answer; 2: some address could not be sent to.
    accept: [1, 2],
  });
  return new Set(stdout.split('\n'));
}
