/**
 * What a peer does about the list of members: hears of newer ones and takes them over, looks at the
 * arbiter's if it is its turn, and has what removed peers held reclaimed. Decisions only; adopting,
 * committing and publishing is core.ts's.
 */
import type { CoreBound, CoreEffect, CoreEvent } from './core-event.ts';
import { boundHit } from './core-replies.ts';
import { Namesakes } from './namesakes.ts';
import { type ReclaimState, Reclaiming, type Scene } from './reclaiming.ts';
import { ViewHistory } from './view-history.ts';
import { type Reader, ViewSpreading } from './view-spreading.ts';
import { Watching, isWatcher } from './watching.ts';
import type { Census } from '../ipam/census.ts';
import type { Custody, View } from '../ipam/custody-state.ts';
import type { Known } from '../ipam/heirs.ts';
import type { Ipam } from '../ipam/ipam.ts';
import { censusOf, isAllClaimed } from '../ipam/ownership.ts';
import type { ViewUpdate } from '../ipam/view-update.ts';
import type { PeerRecord } from '../mesh/directory.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { PeerId } from '../mesh/peer-id.ts';

export interface MembershipOptions {
  readonly ipam: Ipam;
  readonly mesh: Mesh;
  readonly random: () => number;
  readonly now: number;
  /** The records of those that count as members. */
  readonly members: () => readonly PeerRecord[];
}

type Told = Extract<CoreEvent, { type: 'view' | 'executor-told' | 'view-answered' }>;

/** How often the arbiter is asked who was removed, while there is no room to count another peer. */
const ROOM_ASK_MS = 10_000;

export class Membership {
  readonly #options: MembershipOptions;
  readonly #namesakes: Namesakes;
  readonly #spreading: ViewSpreading;
  readonly #history = new ViewHistory();
  readonly #watching: Watching;
  readonly #reclaiming: Reclaiming;
  /** The arbiter was asked for its list for more than to look at it. */
  #isListWanted = false;
  /** Not before this for want of room. */
  #askForRoomAt = Number.NEGATIVE_INFINITY;

  constructor(options: MembershipOptions) {
    const { now, random } = options;
    this.#options = options;
    this.#namesakes = new Namesakes(random);
    this.#spreading = new ViewSpreading(random, options.ipam.hashView);
    this.#watching = new Watching(now, random);
    const isRestarted = options.ipam.phase() === 'member';
    this.#reclaiming = new Reclaiming(now, random, { isRestarted });
  }

  /** Records have come. */
  learned(records: readonly PeerRecord[]): void {
    this.#namesakes.came(records);
    this.#reclaiming.changed();
    this.#spreading.learned(records, this.#audience());
  }

  /** Our own holding has changed. */
  changed(): void {
    this.#reclaiming.changed();
  }

  /** So many writes followed from what was found to reclaim. */
  reclaimed(now: number, writes: number): readonly CoreEffect[] {
    this.#reclaiming.took(now, writes);
    return writes === 0 ? [boundHit('too-many-blocks')] : [];
  }

  /** The list that is to be adopted, after we were told one. */
  told(now: number, event: Told): View | undefined {
    switch (event.type) {
      case 'view': {
        const heard = this.#heard(now, event.view);
        if (heard !== undefined) this.#reclaiming.listTold(heard.rev);
        return heard;
      }
      case 'executor-told': {
        const { ipam } = this.#options;
        return this.#reclaiming.told(now, event, { self: ipam.self, ours: ipam.view() });
      }
      case 'view-answered':
        return this.#spreading.answered(now, event, this.#audience());
    }
  }

  /** We have another list than `before`. */
  adopted(now: number, before: View): void {
    const { mesh, ipam } = this.#options;
    this.#history.adopted(before, ipam.view());
    this.#watching.adopted(now);
    this.#namesakes.changed();
    this.#spreading.adopted(mesh.directory.peersAsTheyCame(), this.#audience());
    this.#reclaiming.listChanged();
  }

  /** What to ask of others now, and what to reclaim. */
  due(now: number): {
    readonly effects: readonly CoreEffect[];
    readonly found: Extract<Census, { type: 'orphans' }> | undefined;
  } {
    const effects = [...this.#askForList(now)];
    const { mesh } = this.#options;
    const linked = () => new Set(mesh.links().map(({ peer }) => peer));
    effects.push(...this.#spreading.due(now, { ...this.#audience(), linked }));
    const reclaiming = this.#reclaiming.due(now, this.#scene());
    return { effects: [...effects, ...reclaiming.effects], found: reclaiming.found };
  }

  /** Some of the peers that are counted may be removed, which only the arbiter's list can tell. */
  makeRoom(now: number, bound: CoreBound): readonly CoreEffect[] {
    if (bound !== 'too-many-counterparties' || now < this.#askForRoomAt) return [];
    this.#askForRoomAt = now + ROOM_ASK_MS;
    return this.wantList();
  }

  /** Asks the arbiter for its list, to adopt it also if it only has newcomers. */
  wantList(): readonly CoreEffect[] {
    this.#isListWanted = true;
    return [{ type: 'ask-view' }];
  }

  /** What leads another peer from the list of that revision to ours; undefined if that is as new. */
  updateSince(rev: bigint): ViewUpdate | undefined {
    const view = this.#options.ipam.view();
    return rev >= view.rev ? undefined : this.#history.since(rev, view);
  }

  reclaimState(): ReclaimState {
    return this.#reclaiming.state();
  }

  nextAt(): number {
    return Math.min(
      this.#namesakes.nextAt(),
      this.#spreading.nextAt(),
      this.#watching.nextAt(),
      this.#reclaiming.nextAt(),
    );
  }

  /** The arbiter's own word. */
  #heard(now: number, view: View): View | undefined {
    const before = this.#options.ipam.view();
    const isWanted = this.#isListWanted || this.#spreading.isDoubting();
    this.#isListWanted = false;
    this.#spreading.told(now, view.rev);
    if (view.rev <= before.rev) return undefined;
    const isDue = isWanted || this.#watching.isForNewcomers(now) || this.#lacksSomebody(view);
    return isDue ? view : undefined;
  }

  /** Whether somebody who counts as a member does not any more with this list. */
  #lacksSomebody(view: View): boolean {
    const { ipam, mesh } = this.#options;
    const before = ipam.view();
    for (const peer of before.members.keys()) if (!view.members.has(peer)) return true;
    for (const { peer, content } of mesh.directory.peersAsTheyCame()) {
      const { registeredRev } = content.custody;
      const isNewer = registeredRev > before.rev && registeredRev <= view.rev;
      if (isNewer && !view.members.has(peer)) return true;
    }
    return false;
  }

  #askForList(now: number): readonly CoreEffect[] {
    const asked = this.#namesakes.due(now, this.#options.members);
    if (asked.length > 0) this.#isListWanted = true;
    if (!this.#watching.isDue(now, this.#ranks())) return asked;
    this.#reclaiming.listChanged();
    return asked.length > 0 ? asked : [{ type: 'ask-view' }];
  }

  #audience(): Reader {
    const { ipam } = this.#options;
    return { self: ipam.self, view: ipam.view(), historyMark: ipam.historyMark() };
  }

  #ranks(): Parameters<typeof isWatcher>[0] {
    const { ipam, mesh } = this.#options;
    const isExecutor = this.#reclaiming.isExecutor(ipam.self);
    return { ...this.#audience(), isExecutor, down: () => mesh.down() };
  }

  #scene(): Scene {
    const { ipam, mesh } = this.#options;
    const { rev, members } = ipam.view();
    return {
      self: ipam.self,
      viewRev: rev,
      isMember: (peer) => members.has(peer),
      registeredRevOf: (peer) => mesh.directory.peer(peer)?.content.custody.registeredRev,
      isWatcher: () => isWatcher(this.#ranks()),
      isAllClaimed: () => isAllClaimed(ipam, custodiesOf(mesh.directory.peersAsTheyCame())),
      takeCensus: (gone) => censusOf(ipam, custodiesOf(mesh.directory.peersAsTheyCame()), gone),
    };
  }
}

export function custodiesOf(records: Iterable<PeerRecord>): ReadonlyMap<PeerId, Custody> {
  const custodies = new Map<PeerId, Custody>();
  for (const { peer, content } of records) custodies.set(peer, content.custody);
  return custodies;
}

export function knownOf({ peer, content }: PeerRecord): Known {
  return { peer, name: content.profile.name, custody: content.custody };
}
