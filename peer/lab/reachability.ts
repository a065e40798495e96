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
/** They mostly wait for answers, but start together on two cores. */
const SOURCES_AT_A_TIME = 6;

/** Pings from every endpoint to every address of every other. */
export async function measureReachability(endpoints: readonly Endpoint[]): Promise<Reachability> {
  const found = await mapConcurrently(endpoints, SOURCES_AT_A_TIME, (source) =>
    pingOthers(source, endpoints),
  );
  const addresses = endpoints.reduce((sum, endpoint) => sum + endpoint.addresses.length, 0);
  return {
    endpoints: endpoints.map((endpoint) => endpoint.name),
    tried: addresses * (endpoints.length - 1),
    unreachable: found.flat(),
  };
}

async function pingOthers(
  source: Endpoint,
  endpoints: readonly Endpoint[],
): Promise<readonly Unreachable[]> {
  const targets = endpoints
    .filter((endpoint) => endpoint !== source)
    .flatMap(({ name, addresses }) =>
      addresses.map((address) => ({ from: source.name, to: name, address })),
    );
  if (targets.length === 0) return [];
  const answered = await ping(
    source.namespace,
    targets.map((target) => target.address),
  );
  return targets.filter((target) => !answered.has(target.address));
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
