/** The ranges of Services, as far as the cluster tells. */
import { type Cidr, hostRange } from '../ipam/cidr.ts';
import { AddressSyntaxError, parseCidr } from '../ipam/parse.ts';
import type { ApiClient } from './api-client.ts';
import { ask, isRefusal } from './ask.ts';
import { listAt, textAt } from './json-field.ts';
import { StartObstacle } from './obstacle.ts';
import { parseAddressOrNone } from './node.ts';
import type { Reserved } from './overlap.ts';

/** Of networking.k8s.io, since Kubernetes 1.33; before that the API server doesn't tell its range. */
const SERVICE_CIDRS_PATH = '/apis/networking.k8s.io/v1/servicecidrs';

export interface ServiceRanges {
  readonly ranges: readonly Reserved[];
  /** Why the ranges could not be read: then nobody knows whether the universe overlaps them. */
  readonly problem: string | undefined;
}

/**
 * Never rejects for a range that can't be read: Services work without our knowing it. Rejects when
 * the signal says so.
 */
export async function readServiceRanges(
  api: ApiClient,
  signal: AbortSignal,
): Promise<ServiceRanges> {
  try {
    const list = await ask(
      api,
      { method: 'GET', path: SERVICE_CIDRS_PATH, signal },
      { verb: 'list', resource: 'servicecidrs.networking.k8s.io' },
    );
    return { ranges: listAt(list, 'items').flatMap(readServiceCidr), problem: undefined };
  } catch (error) {
    if (isRefusal(error, 404)) return { ranges: [], problem: undefined };
    if (!(error instanceof StartObstacle)) throw error;
    const problem = `whether the universe overlaps the service range is not known: ${error.message}`;
    return { ranges: [], problem };
  }
}

/** The API server's own Service, whose address every pod is told; a name instead of it tells nothing. */
export function serviceOfApiServer(
  environment: Readonly<Record<string, string | undefined>>,
): readonly Reserved[] {
  const addresses = parseAddressOrNone(environment['KUBERNETES_SERVICE_HOST'] ?? '');
  return addresses.map((address) => ({
    range: hostRange(address),
    what: "the API server's address",
  }));
}

function readServiceCidr(item: unknown): readonly Reserved[] {
  const what = `the service range of the ServiceCIDR ${textAt(item, 'metadata', 'name') ?? ''}`;
  return listAt(item, 'spec', 'cidrs').flatMap((text) =>
    typeof text === 'string' ? parseRangeOrNone(text).map((range) => ({ range, what })) : [],
  );
}

function parseRangeOrNone(text: string): readonly Cidr[] {
  try {
    return [parseCidr(text)];
  } catch (error) {
    if (error instanceof AddressSyntaxError) return [];
    throw error;
  }
}
