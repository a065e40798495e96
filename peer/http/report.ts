/**
 * The report: everything that a peer tells about itself, as one JSON document. Fields are only
 * added; `version` changes when one has to change its meaning. Addresses and ranges are text.
 */
import type { KernelReport } from '../kernel/kernel-report.ts';

export interface Report {
  readonly version: 1;
  readonly peer: {
    readonly id: string;
    readonly name: string;
    readonly cluster: string;
    readonly epoch: string;
    /**
     * `ready` when it holds addresses and its kernel is programmed: ADDs are served. `starting`
     * while it waits for what it needs before all else: then nothing but `problems` is known yet.
     */
    readonly state: 'starting' | 'joining' | 'waiting-for-space' | 'programming' | 'ready';
    readonly arbiter: 'solo' | 'seeds' | 'kubernetes';
    /** False in plain mode, which has to be asked for by name. */
    readonly secured: boolean;
  };
  readonly universe: readonly string[];
  readonly peers: readonly PeerReport[];
  readonly directory: DirectoryReport;
  readonly links: readonly LinkReport[];
  readonly holdings: readonly HoldingReport[];
  readonly pendingGrants: readonly { readonly cidr: string; readonly to: string }[];
  readonly attachments: readonly AttachmentReport[];
  /** Absent while `starting`, and before this peer is a member. */
  readonly ownership?: OwnershipReport | undefined;
  readonly kernel: KernelReport;
  /** Refused handshakes, limits that were hit and the like, by name. */
  readonly counters: Readonly<Record<string, number>>;
  /** What is wrong now, each a sentence with what to do. Empty when all is well. */
  readonly problems: readonly string[];
}

export interface PeerReport {
  readonly id: string;
  readonly name: string;
  readonly self: boolean;
  /** What its observers say: advice, never a reason to take its addresses. */
  readonly reachable: boolean;
  /** Whether a link to it is wanted here: it is a neighbour on a ring, or the cluster is small. */
  readonly linkWanted: boolean;
  readonly endpoints: readonly string[];
  readonly vtep: {
    readonly underlay: string;
    readonly port: number;
    readonly mac: string;
    readonly overlay: readonly string[];
  };
  readonly holdings: readonly string[];
}

/** Peers whose set hashes are equal have the same records. */
export interface DirectoryReport {
  readonly records: number;
  /** 32 hex digits. */
  readonly setHash: string;
}

export interface LinkReport {
  readonly peer: string;
  readonly name: string;
  readonly endpoint: string;
  readonly initiator: 'us' | 'them';
  readonly wanted: boolean;
  /** Of the protocol: the highest that both ends speak. Absent when the link goes down just now. */
  readonly version?: number;
}

export interface HoldingReport {
  readonly cidr: string;
  readonly term: number;
  readonly used: number;
  /** A decimal number: an IPv6 block's size does not fit a double. */
  readonly free: string;
}

export interface AttachmentReport {
  readonly containerId: string;
  readonly interfaceName: string;
  readonly addresses: readonly string[];
  readonly hostInterface: string;
  readonly podName: string;
}

/** Who has which addresses, as far as this peer knows. Counts are decimal numbers. */
export interface OwnershipReport {
  readonly ranges: readonly RangeReport[];
  readonly reclaim: ReclaimReport;
  /** In use on this node, and in no block of ours: of pods that ran when an earlier state was lost. */
  readonly carriedOver: readonly string[];
}

/** One range of the universe. Each of its addresses is in one line, so that the totals sum up to it. */
export interface RangeReport {
  readonly range: string;
  readonly addresses: string;
  readonly holders: readonly HolderReport[];
  readonly pending: readonly PendingReport[];
  /** What nobody is known to have. */
  readonly orphaned: readonly string[];
  /** What two members claim: never seen, unless something is very wrong. */
  readonly doublyClaimed: readonly string[];
  /** Blocks in which pods of these peers have addresses from before: nobody gives out the rest of them. */
  readonly leftAlone: readonly { readonly cidr: string; readonly for: readonly string[] }[];
  readonly totals: Readonly<
    Record<'held' | 'unreachable' | 'removed' | 'pending' | 'orphaned', string>
  >;
}

export interface HolderReport {
  readonly peer: string;
  /** Empty for one that is only known by its id. */
  readonly name: string;
  /** `removed`: it is no member any more, and what it held waits for reclaim. */
  readonly state: 'held' | 'unreachable' | 'removed';
  readonly blocks: readonly string[];
  readonly addresses: string;
  /** Of others a power of two, rounded down, from some time ago. */
  readonly free: string;
}

/** A block on its way. */
export interface PendingReport {
  readonly cidr: string;
  readonly from: string;
  readonly to: string;
  readonly addresses: string;
}

export interface ReclaimReport {
  /**
   * `at-odds`: members have another list under the same revision. `arbiter-went-back`: its list is
   * older than one that was told before, and is not believed. `too-many-blocks`: the executor has no
   * room for more before others take some of its own.
   */
  readonly state:
    | 'nothing-to-reclaim'
    | 'left-to-executor'
    | 'waiting'
    | 'at-odds'
    | 'relisting'
    | 'confirming'
    | 'too-many-blocks'
    | 'arbiter-went-back';
  /** Id of the one peer that takes back what removed peers held, as far as it is known here. */
  readonly executor?: string;
  /** The name of its node, where that is known; else its id. */
  readonly executorName?: string;
  /** Whether those who should be linked with it say that it is down: while it is, nothing is reclaimed. */
  readonly isExecutorDown?: boolean;
  /** Names of those that the executor waits for, or needs a newer list because of. Empty elsewhere. */
  readonly waitsFor: readonly string[];
}
