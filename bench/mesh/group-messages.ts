/** What the experiment asks of a process that runs a group of peers, and what that answers. */

export interface GroupOptions {
  /** Numbers of the peers of this group: `first`, and every so many-th from there as there are groups. */
  readonly first: number;
  readonly groups: number;
  /** Peers of all groups together: numbers 0 to total - 1. */
  readonly total: number;
  /** At how many others each peer is told to join: the first ones. */
  readonly joinAt: number;
  readonly sharesVerifications: boolean;
}

export type GroupRequest =
  /** Makes the peers, and has them listen. */
  | { readonly type: 'prepare'; readonly options: GroupOptions }
  /** Starts all of them; answered when each knows everybody and has all links that it wants. */
  | { readonly type: 'start' }
  /** How many the peer of the group knows that knows the fewest. */
  | { readonly type: 'least-known' }
  /** A peer of this group publishes its record anew. */
  | { readonly type: 'publish'; readonly n: number }
  /** Answered when all peers of the group have the version. */
  | { readonly type: 'await-record'; readonly version: string }
  /** Answered when all peers of the group but those that `gone` lists say that `n` is down. */
  | { readonly type: 'await-down'; readonly n: number; readonly gone: readonly number[] }
  | { readonly type: 'cost' };

export interface Started {
  /** When the last peer knew everybody, by the clock of monotonic.ts. */
  readonly knownAtMs: number;
  /** When, besides, every link that anybody wants was up. */
  readonly linkedAtMs: number;
}

export interface Published {
  readonly atMs: number;
  readonly version: string;
}

/** Of the process, since it began. */
export interface Cost {
  readonly cpuMs: number;
  readonly rssBytes: number;
  /** What its peers have dialled, sent and refused, by type and reason. */
  readonly counters: Readonly<Record<string, number>>;
}

/** What each request is answered with. */
export interface GroupAnswers {
  readonly prepare: undefined;
  readonly start: Started;
  readonly 'least-known': number;
  readonly publish: Published;
  readonly 'await-record': number;
  readonly 'await-down': number;
  readonly cost: Cost;
}

export interface Asked {
  readonly id: number;
  readonly request: GroupRequest;
}

export interface Answered {
  readonly id: number;
  readonly value: GroupAnswers[keyof GroupAnswers];
}
