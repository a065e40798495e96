/** An endpoint as text: the same for equal ones, so that maps and sets can be by endpoint. */
import { formatAddress } from '../ipam/cidr.ts';
import type { Endpoint } from './record.ts';

/** Endpoints are looked up at each change of the topology, and those of a record stay the same. */
const KEYS = new WeakMap<Endpoint, string>();

export function endpointKey(endpoint: Endpoint): string {
  const known = KEYS.get(endpoint);
  if (known !== undefined) return known;
  const key = `${formatAddress(endpoint.address)} ${endpoint.port}`;
  KEYS.set(endpoint, key);
  return key;
}
