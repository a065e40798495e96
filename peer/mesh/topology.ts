/**
 * Whom this peer wants links to, derived from the directory, the links there are and the dials
 * that failed; and whom to dial for that. Derived anew only after one of these changed: with
 * thousands of peers the rings are the costly part.
 */
import type { Dials, DialTarget } from './dials.ts';
import { endpointKey } from './dials.ts';
import type { Directory, PeerRecord } from './directory.ts';
import { FOUND_ENDPOINTS_MAX } from './limits.ts';
import type { Links } from './links.ts';
import type { PeerId } from './peer-id.ts';
import type { Endpoint } from './record.ts';
import { type Neighbours, type Rings, buildRings, neighbours } from './rings.ts';

export interface TopologyOptions {
  readonly self: PeerId;
  readonly directory: Directory;
  readonly links: Links;
  readonly dials: Dials;
  /** Where to join: dialled until the peers behind them are known. */
  readonly bootstrap: readonly Endpoint[];
  /** Those whose writers the arbiter, as far as we know, has not removed or replaced. */
  readonly members: (records: readonly PeerRecord[]) => readonly PeerRecord[];
}

export class Topology {
  readonly #options: TopologyOptions;
  /** Which peer answered at an address that we were told to join at. */
  readonly #resolved = new Map<string, PeerId>();
  /** Where others may be who aren't known yet, the oldest first. */
  #found: readonly Endpoint[] = [];
  #rings: Rings | undefined;
  #neighbours: Neighbours | undefined;
  #targets: readonly DialTarget[] | undefined;

  constructor(options: TopologyOptions) {
    this.#options = options;
  }

  /** The set of members, or of peers that have a record, is another one. */
  membersChanged(): void {
    this.#rings = undefined;
    this.reachChanged();
  }

  /** Links or failed dials are others. */
  reachChanged(): void {
    this.#neighbours = undefined;
    this.#targets = undefined;
  }

  /** Some peers may be reached at other endpoints. */
  endpointsChanged(): void {
    this.#targets = undefined;
  }

  /** Endpoints to dial until the peers behind them are known, besides those to join at. */
  found(endpoints: readonly Endpoint[]): void {
    const keys = new Set(endpoints.map(endpointKey));
    const others = this.#found.filter((endpoint) => !keys.has(endpointKey(endpoint)));
    const known = this.#knownEndpoints();
    const open = [...others, ...endpoints].filter((endpoint) => !known.has(endpointKey(endpoint)));
    this.#found = open.slice(-FOUND_ENDPOINTS_MAX);
    this.endpointsChanged();
  }

  /** A dial to the endpoint was answered by this peer. */
  resolved(endpoint: Endpoint, peer: PeerId): void {
    this.#resolved.set(endpointKey(endpoint), peer);
  }

  rings(): Rings {
    this.#rings ??= this.#buildRings();
    return this.#rings;
  }

  neighbours(): Neighbours {
    this.#neighbours ??= neighbours(this.rings(), this.#options.self, (peer) =>
      this.isUnreachable(peer),
    );
    return this.#neighbours;
  }

  /** The wanted peers that can't be reached, sorted. */
  unreachable(): readonly PeerId[] {
    return this.neighbours().wanted.filter((peer) => this.isUnreachable(peer));
  }

  /** No link, and every endpoint of it was dialled in vain. */
  isUnreachable(peer: PeerId): boolean {
    const { links, dials } = this.#options;
    if (links.to(peer) !== undefined) return false;
    const endpoints = this.endpointsOf(peer);
    return endpoints.length > 0 && endpoints.every((endpoint) => dials.isFailing(endpoint));
  }

  /** What to dial; undefined when it is the same as at the last call. */
  takeNewTargets(): readonly DialTarget[] | undefined {
    if (this.#targets !== undefined) return undefined;
    const { links } = this.#options;
    const open = this.neighbours().wanted.filter((peer) => links.to(peer) === undefined);
    this.#targets = [
      ...this.#unresolvedBootstrap().map((endpoint) => ({ endpoint })),
      ...open.flatMap((peer) => this.endpointsOf(peer).map((endpoint) => ({ endpoint, peer }))),
    ];
    return this.#targets;
  }

  endpointsOf(peer: PeerId): readonly Endpoint[] {
    return this.#options.directory.peer(peer)?.content.profile.endpoints ?? [];
  }

  #buildRings(): Rings {
    const { self, directory, members } = this.#options;
    const ids = members(directory.peers()).map((record) => record.peer);
    return buildRings([...new Set([...ids, self])].sort());
  }

  /** Where to join, but for ourselves, those we have a link to, and those the rings take care of. */
  #unresolvedBootstrap(): readonly Endpoint[] {
    const { self, links, bootstrap } = this.#options;
    const open = [...bootstrap, ...this.#found].filter((endpoint) => {
      const peer = this.#resolved.get(endpointKey(endpoint));
      return peer !== self && (peer === undefined || links.to(peer) === undefined);
    });
    if (open.length === 0) return [];
    const known = this.#knownEndpoints();
    this.#found = this.#found.filter((endpoint) => !known.has(endpointKey(endpoint)));
    return open.filter((endpoint) => !known.has(endpointKey(endpoint)));
  }

  #knownEndpoints(): ReadonlySet<string> {
    const ids = this.#options.directory.peerIds();
    return new Set(ids.flatMap((id) => this.endpointsOf(id).map(endpointKey)));
  }
}
