/** The outcome of a run of the lab: what the page shows and what is written as JSON. */
import type { Claim } from './claims.ts';
import type { Reachability } from './reachability.ts';

export interface LabResult {
  /** True when every claim holds. */
  readonly holds: boolean;
  readonly claims: readonly Claim[];
  readonly nodes: readonly NodeResult[];
  readonly pods: readonly PodResult[];
  readonly reachability: Reachability;
  /** Absent with a single node. */
  readonly throughput?: Throughput;
  /** From the start of the lab until everything was up, and until it was proven. */
  readonly upMs: number;
  readonly provenMs: number;
}

export interface NodeResult {
  readonly name: string;
  readonly underlay: string;
  readonly peerId: string;
  readonly overlay: readonly string[];
  readonly holdings: readonly string[];
  readonly links: LinkCounts;
  /** Memory of the node's peer. */
  readonly memoryBytes: number;
}

export interface LinkCounts {
  /** Links that the node's peer wants, and how many of these are up. */
  readonly wanted: number;
  readonly wantedUp: number;
  /** All that are up: also those that only the other end wants. */
  readonly up: number;
}

export interface PodResult {
  readonly name: string;
  readonly node: string;
  readonly addresses: readonly string[];
}

/** One TCP stream, in bits per second as received. */
export interface Throughput {
  readonly hostBitsPerSecond: number;
  readonly overlayBitsPerSecond: number;
}
