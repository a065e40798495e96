/**
 * Where others may be who aren't known yet: the endpoints that we were told to join at, and those
 * that were found since. Which of them are open, that is to be dialled; not when (dials.ts).
 */
import { BoundedMap } from '../bounded-map.ts';
import type { BoundHits } from './bound-hits.ts';
import { endpointKey } from './endpoint-key.ts';
import type { Directory, PeerRecord } from './directory.ts';
import { FOUND_ENDPOINTS_MAX } from './limits.ts';
import type { MeshOptions } from './mesh-options.ts';
import type { PeerId } from './peer-id.ts';
import type { Endpoint } from './record.ts';

export interface JoinEndpoint {
  readonly endpoint: Endpoint;
  /** Who answered there, or says that it can be reached there. */
  readonly peer?: PeerId | undefined;
  /** Its peer's record is here, so that the rings take care of it. */
  readonly isKnown: boolean;
  /** Found, and not named by the operator. */
  readonly isFound: boolean;
}

/** Who was there before others, one after the other, as far as it is of use. */
export const CLAIMANTS_MAX = 8;

/** `random`: peers that are told the same endpoints begin at different ones. */
export interface JoinEndpointsOptions extends Pick<
  MeshOptions,
  'bootstrap' | 'random' | 'members'
> {
  readonly directory: Directory;
  readonly hits: BoundHits;
}

export class JoinEndpoints {
  readonly #directory: Directory;
  readonly #members: JoinEndpointsOptions['members'];
  readonly #hits: BoundHits;
  readonly #bootstrap: readonly Endpoint[];
  /** The oldest first. */
  #found: readonly Endpoint[] = [];
  /** By endpoint, of those above only: who said in their records that they can be reached there. */
  readonly #claimed = new Map<string, BoundedMap<PeerId, true>>();
  /** The same: who answered there. */
  readonly #answered = new Map<string, PeerId>();

  constructor({ directory, bootstrap, random, members, hits }: JoinEndpointsOptions) {
    this.#directory = directory;
    this.#members = members;
    this.#hits = hits;
    const first = Math.floor(random() * bootstrap.length);
    this.#bootstrap = [...bootstrap.slice(first), ...bootstrap.slice(0, first)];
  }

  /** Takes endpoints of peers that aren't known. */
  found(endpoints: readonly Endpoint[]): void {
    const keys = new Set(endpoints.map(endpointKey));
    const earlier = this.#found.filter((endpoint) => !keys.has(endpointKey(endpoint)));
    this.#found = [...earlier, ...endpoints];
    for (const record of this.#directory.peersAsTheyCame()) this.noteRecord(record);
    const open = this.#found.filter((endpoint) => this.#recordsOf(endpoint).length === 0);
    this.#found = open.slice(-FOUND_ENDPOINTS_MAX);
    if (open.length > FOUND_ENDPOINTS_MAX) this.#hits.add('too-many-found-endpoints');
    this.#prune();
  }

  /** A record that is new here; says whether it is about one of these endpoints. */
  noteRecord({ peer, content }: PeerRecord): boolean {
    // Of thousands of records few are: nothing is made for the others.
    if (!content.profile.endpoints.some((endpoint) => this.#isOurs(endpoint))) return false;
    const ours = content.profile.endpoints.filter((endpoint) => this.#isOurs(endpoint));
    for (const endpoint of ours) this.#claim(endpointKey(endpoint), peer);
    return true;
  }

  /** A dial to the endpoint was answered by this peer. */
  answered(endpoint: Endpoint, peer: PeerId): void {
    if (this.#isOurs(endpoint)) this.#answered.set(endpointKey(endpoint), peer);
  }

  all(): readonly JoinEndpoint[] {
    const describe = (endpoint: Endpoint, isFound: boolean): JoinEndpoint => {
      const records = this.#recordsOf(endpoint);
      const members = this.#members(records);
      // Who was removed no ring takes care of: by now another may be there, who knows nobody else.
      const isKnown = (isFound ? records : members).length > 0;
      const claimant = (members[0] ?? records[0])?.peer;
      const peer = this.#answered.get(endpointKey(endpoint)) ?? (isKnown ? claimant : undefined);
      return { endpoint, peer, isKnown, isFound };
    };
    return [
      ...this.#bootstrap.map((endpoint) => describe(endpoint, false)),
      ...this.#found.map((endpoint) => describe(endpoint, true)),
    ];
  }

  #isOurs(endpoint: Endpoint): boolean {
    const isSame = (other: Endpoint): boolean =>
      other.port === endpoint.port &&
      other.address.value === endpoint.address.value &&
      other.address.family === endpoint.address.family;
    return this.#bootstrap.some(isSame) || this.#found.some(isSame);
  }

  #claim(key: string, peer: PeerId): void {
    const claimants = this.#claimed.get(key) ?? new BoundedMap<PeerId, true>(CLAIMANTS_MAX);
    claimants.set(peer, true);
    this.#claimed.set(key, claimants);
  }

  /** Of those who say that they can be reached there, but for who has moved since. */
  #recordsOf(endpoint: Endpoint): readonly PeerRecord[] {
    const key = endpointKey(endpoint);
    const claimants = [...(this.#claimed.get(key)?.entries() ?? [])];
    const records = claimants.flatMap(([peer]) => this.#directory.peer(peer) ?? []);
    return records.filter(({ content }) =>
      content.profile.endpoints.some((other) => endpointKey(other) === key),
    );
  }

  #prune(): void {
    const keys = new Set([...this.#bootstrap, ...this.#found].map(endpointKey));
    for (const map of [this.#claimed, this.#answered]) {
      for (const key of map.keys()) if (!keys.has(key)) map.delete(key);
    }
  }
}
