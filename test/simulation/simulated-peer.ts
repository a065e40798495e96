/** One peer of a simulated world: its node, its process, and what the world knows of it. */
import type { CoreEvent } from '../../peer/core/core-event.ts';
import type { PeerId } from '../../peer/mesh/peer-id.ts';
import type { LinkId } from '../../peer/mesh/effect.ts';
import type { DirectoryRecord, Endpoint, PeerContent } from '../../peer/mesh/record.ts';
import type { Disk } from './disk.ts';
import type { Link } from './link.ts';
import type { Machine } from './machine.ts';

/** `down`: the process has ended. `vanished`: so has the host, and nothing there answers. */
export type NodeState = 'running' | 'down' | 'vanished';

/** Whom a peer can't be dialled from: everybody, or some; and what the dialler sees. */
export type Wall = 'resets' | 'swallows';

/** What makes a peer an attacker: it runs a mesh alone, and says what it is told to. */
export interface Hostile {
  content: PeerContent;
  /** It passes on nothing that is not its own. */
  readonly isMute: boolean;
}

export interface Traffic {
  sentBytes: number;
  sentFrames: number;
  /** Records in those frames, copies of one counted each. */
  sentRecords: number;
  receivedRecords: number;
}

export class SimulatedPeer {
  readonly n: number;
  id: PeerId;
  disk: Disk;
  machine: Machine;
  endpoint: Endpoint;
  readonly random: () => number;
  readonly hostile: Hostile | undefined;
  /** It sent what no peer of ours would. */
  hasAttacked = false;
  /** Others to join at, by their numbers. */
  bootstrap: readonly number[] = [];
  /** What it kept of others' records at an earlier run. */
  recalled: readonly DirectoryRecord[] = [];
  state: NodeState = 'down';
  /** Grows at each end of the process: what an earlier run had under way is not heard of any more. */
  run = 0;
  isPaused = false;
  /** Where nobody can dial it. */
  wall: Wall | undefined;
  /** Cluster keys, by their numbers. */
  keys: { readonly primary: number; readonly accepted: readonly number[] } = {
    primary: 1,
    accepted: [1],
  };
  /** Its own clock: it began anywhere, and goes a little wrong. */
  readonly clock: { readonly startMs: number; readonly rate: number };
  /** Links that it has been told of. */
  readonly links = new Map<LinkId, Link>();
  /** These, and those it is still to be told of. */
  readonly wires = new Set<Link>();
  /** What came while it was busy or paused, oldest first. */
  inbox: CoreEvent[] = [];
  isResumeDue = false;
  /** Effects of a step are being carried out. */
  isAtWork = false;
  /** What came of that: heard next, before anything in the inbox. */
  toldMeanwhile: CoreEvent[] = [];
  /** Its thread is at work until then. */
  busyUntil = 0;
  /** Its interface is sending until then. */
  sendingUntil = 0;
  /** When its next timer was set to. */
  wakeAt = Number.POSITIVE_INFINITY;
  /** Handshakes that it takes part in as the responder. */
  handshakes = 0;
  startedAt = 0;
  readonly traffic: Traffic = {
    sentBytes: 0,
    sentFrames: 0,
    sentRecords: 0,
    receivedRecords: 0,
  };

  constructor(options: {
    readonly n: number;
    readonly id: PeerId;
    readonly disk: Disk;
    readonly machine: Machine;
    readonly endpoint: Endpoint;
    readonly random: () => number;
    readonly clock: { readonly startMs: number; readonly rate: number };
    readonly hostile?: Hostile | undefined;
  }) {
    this.n = options.n;
    this.id = options.id;
    this.disk = options.disk;
    this.machine = options.machine;
    this.endpoint = options.endpoint;
    this.random = options.random;
    this.clock = options.clock;
    this.hostile = options.hostile;
  }

  get isUp(): boolean {
    return this.state === 'running';
  }

  /** What its clock shows at a time of the world. */
  localTime(now: number): number {
    return this.clock.startMs + now * this.clock.rate;
  }
}
