/**
 * Machines, the processes that run on them, their disks, and the identities that these have: plain
 * data with the few things that can be done to one process alone.
 */
import type { Address, Cidr } from '../../peer/ipam/cidr.ts';
import { Claims } from '../../peer/ipam/claims.ts';
import {
  type CustodyState,
  allows,
  applyWrites,
  custodyState,
  phaseOf,
  publishedOf,
} from '../../peer/ipam/custody.ts';
import type { Custody, View } from '../../peer/ipam/custody-state.ts';
import { EMPTY_DURABLE } from '../../peer/ipam/durable.ts';
import type { Known } from '../../peer/ipam/heirs.ts';
import type { CustodyWrite } from '../../peer/ipam/writes.ts';
import type { PeerId } from '../../peer/mesh/peer-id.ts';

export interface Identity {
  readonly id: PeerId;
  readonly number: number;
  isRemoved: boolean;
  hasBeenExecutor: boolean;
  /** Another machine has acted as it, with a copy of its disk. */
  isCopied: boolean;
  /** What it was when a process last acted as it: nobody else knows, and it counts. */
  last: CustodyState;
  /** The newest version of its record. */
  said: Version | undefined;
}

/** One version of a record. Once published, it may arrive anywhere at any time, for ever. */
export interface Version {
  readonly identity: Identity;
  readonly writer: Process;
  readonly epoch: number;
  /** Epoch and seq as one number that orders them. */
  readonly order: number;
  readonly custody: Custody;
}

export interface Disk {
  readonly identity: Identity;
  /** What it was when it was registered. */
  readonly firstState: CustodyState;
  state: CustodyState;
  epoch: number;
}

/** An identity on its way to be a member: thrown away when its process ends before that. */
export interface Joining {
  readonly identity: Identity;
  view: View | undefined;
}

export interface Machine {
  readonly index: number;
  /** The node's name; a machine that runs with the copy of another's disk has none of its own. */
  readonly slot: string | undefined;
  process: Process | undefined;
  disk: Disk | undefined;
  /** An older copy of the disk. */
  snapshot: Disk | undefined;
  joining: Joining | undefined;
  /** The other peers' records that it keeps beside its state. */
  cache: Map<PeerId, Version>;
  /** Units whose first address a pod has, given out by the identity of the disk. */
  pods: number;
  /** The same, given out by an identity that this machine had before. */
  carried: number;
  /**
   * Of these, by whose they were, what nobody else may ever have: the node's name went from one identity
   * straight to the next, and nobody was told meanwhile that the node is gone.
   */
  kept: Map<Identity, number>;
}

/** A list that the arbiter was asked for, read, and that has not arrived. */
export interface Listing {
  readonly view: View;
  /** Whom the asker had heard of before it asked, and when they registered, if it had their record. */
  readonly heard: ReadonlyMap<PeerId, bigint | undefined>;
}

interface ProcessOptions {
  readonly isOpen: boolean;
  readonly universe: readonly Cidr[];
}

const SEQ_BITS = 2 ** 20;

export class Process {
  readonly machine: Machine;
  readonly disk: Disk;
  readonly known: Map<PeerId, Version>;
  state: CustodyState;
  /** What the state was after each commit that is not on disk yet, oldest first. */
  unsynced: CustodyState[] = [];
  /** After a restart it does nothing before it has heard what others know of it. */
  isOpen: boolean;
  /** What the last version showed as held: only that may pods have. */
  said: CustodyState | undefined;
  /** The list has to be from after the election. */
  electedRev: bigint | undefined;
  latecomers: readonly PeerId[] = [];
  readonly gone = new Set<PeerId>();
  readonly listings: Listing[] = [];
  readonly claims: Claims;
  #seq = 0;

  constructor(machine: Machine, disk: Disk, { isOpen, universe }: ProcessOptions) {
    this.machine = machine;
    this.disk = disk;
    this.known = machine.cache;
    this.state = disk.state;
    this.isOpen = isOpen;
    this.claims = new Claims(universe);
    this.hearClaims(this.known.values());
  }

  /** As the core does with all members' records that come, and with all of them after a list. */
  hearClaims(versions: Iterable<Version>): void {
    const members = [...versions].filter(({ identity, custody }) => {
      return identity !== this.identity && allows(this.state, identity.id, custody.registeredRev);
    });
    this.claims.heard(members.map(knownOf), this.state.view);
  }

  get identity(): Identity {
    return this.disk.identity;
  }

  get id(): PeerId {
    return this.disk.identity.id;
  }

  /** Whether it holds, grants and accepts. */
  acts(): boolean {
    return this.isOpen && phaseOf(this.state, this.id) === 'member';
  }

  /** Into memory. Answers whether anything has changed. */
  commit(writes: readonly CustodyWrite[]): boolean {
    if (writes.length === 0) return false;
    this.state = applyWrites(this.state, writes);
    this.unsynced.push(this.state);
    return true;
  }

  /** The first `count` of the commits are on disk now. */
  sync(count = this.unsynced.length): boolean {
    const state = this.unsynced[count - 1];
    if (state === undefined) return false;
    this.disk.state = state;
    this.unsynced.splice(0, count);
    return true;
  }

  /** The next version of its record: of what is on disk, never of what is in memory only. */
  nextVersion(carriedOver: readonly Address[]): Version {
    const { epoch, state } = this.disk;
    this.said = state;
    const order = epoch * SEQ_BITS + this.#seq++;
    const custody = { ...custodyOf(state), carriedOver };
    return { identity: this.identity, writer: this, epoch, order, custody };
  }
}

/** What a peer publishes of its custody. */
export function custodyOf(state: CustodyState): Custody {
  return publishedOf(state, NOT_MODELLED);
}

/** Of no account to any rule of ownership. */
const NOT_MODELLED = { viewHash: 0n, historyMark: 0n, freeLog2: { v4: 0, v6: 0 }, carriedOver: [] };

/** A record, with the name of the node that wrote it. */
export function knownOf({ identity, writer, custody }: Version): Known {
  return { peer: identity.id, name: writer.machine.slot ?? '', custody };
}

export const EMPTY_STATE: CustodyState = custodyState(EMPTY_DURABLE.custody);
