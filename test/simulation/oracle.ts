/**
 * Watches every step of a simulated world, and throws a Violation for what may never happen. What
 * has to come true in the end is in verdict.ts.
 */
import type { CoreEffect, CoreEvent } from '../../peer/core/core-event.ts';
import type { Write } from '../../peer/ipam/writes.ts';
import type { DurableCustody } from '../../peer/ipam/durable.ts';
import type { CloseReason, LinkId } from '../../peer/mesh/effect.ts';
import type { MeshFrame } from '../../peer/mesh/frame.ts';
import { FULL_MESH_PEERS_MAX, RING_COUNT, RING_WALK_MAX } from '../../peer/mesh/limits.ts';
import type { PeerId } from '../../peer/mesh/peer-id.ts';
import type { RecordContent } from '../../peer/mesh/record.ts';
import { FRAME_BYTES_MAX, SEND_BUFFER_MAX_BYTES } from '../../peer/transport/limits.ts';
import { Agreement } from './agreement.ts';
import { Duplicates } from './duplicates.ts';
import { DurableClaims } from './durable-claims.ts';
import { Holdings } from './holdings.ts';
import type { Link } from './link.ts';
import type { Observer } from './observer.ts';
import { Published } from './published.ts';
import { Sightings } from './sightings.ts';
import type { SimulatedPeer } from './simulated-peer.ts';
import { Trace } from './trace.ts';
import { UNIVERSE } from './universe.ts';
import { hold } from './violation.ts';
import { frameBytes } from './wire-size.ts';

/** Steps of one peer in a second of the world: far above what any scenario has to do. */
const STEPS_PER_SECOND_MAX = 50_000;
const SECOND_MS = 1_000;
/** Links that a peer may want: they are taken beyond the limit. */
const WANTED_MAX = 2 * RING_COUNT * RING_WALK_MAX + FULL_MESH_PEERS_MAX;
/** A pause that would have cost every link if it counted as silence. */
const LONG_PAUSE_MS = 4_000;

/** What nobody may do from an older copy: give, take, use. */
const USING: ReadonlySet<Write['type']> = new Set([
  'hold-block',
  'drop-block',
  'add-pending',
  'add-attachment',
  'add-vtep',
]);

export interface OracleOptions {
  readonly linksMax: number;
  readonly now: () => number;
  readonly isTraced: boolean;
}

export class Oracle implements Observer {
  readonly agreement = new Agreement();
  readonly published = new Published();
  readonly sightings = new Sightings();
  readonly trace: Trace;
  readonly #options: OracleOptions;
  readonly #holdings = new Holdings(UNIVERSE);
  readonly #claims = new DurableClaims();
  readonly #duplicates = new Duplicates();
  readonly #removed = new Set<PeerId>();
  /** Identities whose disk was set back, */
  readonly #copied = new Set<PeerId>();
  /** and those of which it is older than what they have published. */
  readonly #setBack = new Set<PeerId>();
  /** Those whose fence is on its way to their disk. */
  readonly #fencing = new Set<PeerId>();
  /** What was on each one's disk when it started or ended. */
  readonly #written = new Map<PeerId, string>();
  /** Links that their peer was told are congested. */
  readonly #congested = new Map<SimulatedPeer, Set<LinkId>>();
  readonly #steps = new Map<SimulatedPeer, { since: number; count: number }>();
  readonly #steppedAt = new Map<SimulatedPeer, number>();
  /** Sent in the step that is being carried out, by link. */
  readonly #sentBytes = new Map<Link, number>();

  constructor(options: OracleOptions) {
    this.#options = options;
    this.trace = new Trace({ isKept: options.isTraced });
  }

  started(peer: SimulatedPeer): void {
    this.trace.note(this.#options.now(), peer.n, 'start');
    this.published.forget(peer);
    this.agreement.look(peer);
    this.#congested.delete(peer);
    this.#steppedAt.delete(peer);
    this.#loadDisk(peer);
  }

  ended(peer: SimulatedPeer): void {
    this.trace.note(this.#options.now(), peer.n, 'end');
    this.agreement.forget(peer);
    this.published.forget(peer);
    this.#loadDisk(peer);
  }

  lostDisk(peer: SimulatedPeer): void {
    this.#claims.forget(peer);
    this.#setBack.delete(peer.id);
  }

  removed(id: PeerId): void {
    this.#removed.add(id);
    this.#holdings.remove(id);
    this.sightings.see('removed');
  }

  setBack(peer: SimulatedPeer): void {
    this.#copied.add(peer.id);
    this.published.setBack(peer.id);
    const before = this.#written.get(peer.id);
    // A copy that differs by nothing that was published is as good as the disk itself.
    if (before !== stepsOf(peer.disk.durable.custody)) this.#setBack.add(peer.id);
  }

  stepping(peer: SimulatedPeer, event: CoreEvent): void {
    this.trace.step(this.#options.now(), peer.n, event);
    this.#sentBytes.clear();
    this.#countStep(peer);
    if (event.type === 'congested') this.#congestedOf(peer).add(event.link);
    if (event.type === 'drained' || event.type === 'link-down')
      this.#congestedOf(peer).delete(event.link);
  }

  stepped(peer: SimulatedPeer, event: CoreEvent, effects: readonly CoreEffect[]): void {
    for (const effect of effects) {
      if (effect.type === 'learned')
        for (const record of effect.records) this.published.learned(peer, record);
      if (effect.type === 'commit' && effect.writes.some(({ type }) => type === 'set-fenced'))
        this.#fenced(peer, effect.then);
    }
    this.sightings.stepped(event, effects);
    this.#notePause(peer, effects);
    this.agreement.look(peer);
    if (event.type === 'link-up') this.#checkLinks(peer, event.peer);
  }

  sending(peer: SimulatedPeer, link: Link | undefined, frame: MeshFrame): void {
    const { type } = frame;
    if (link === undefined)
      return hold('link', false, () => `node${peer.n} sends ${type} by a link that it has not`);
    const isAllowed = type === 'heartbeat' || !this.#congestedOf(peer).has(link.id);
    hold('congested', isAllowed, () => `node${peer.n} sends ${type} by a congested link`);
    const bytes = frameBytes(frame);
    hold('frame', bytes <= FRAME_BYTES_MAX, () => `node${peer.n} sends ${type}, ${bytes} bytes`);
    const total = (this.#sentBytes.get(link) ?? 0) + bytes;
    this.#sentBytes.set(link, total);
    hold(
      'frame',
      total <= SEND_BUFFER_MAX_BYTES,
      () => `node${peer.n}: ${total} bytes in one step`,
    );
  }

  closing(peer: SimulatedPeer, link: Link | undefined, reason: CloseReason): void {
    hold('link', link !== undefined, () => `node${peer.n} closes a link that it has not`);
    if (link !== undefined) this.#duplicates.closing(peer, link, reason);
  }

  committing(peer: SimulatedPeer, writes: readonly Write[]): void {
    const isOld = this.#setBack.has(peer.id) && !this.#removed.has(peer.id);
    const used = writes.find(({ type }) => USING.has(type));
    hold('copy', !isOld || used === undefined, () => {
      return `node${peer.n} goes on with an older copy of its disk: ${used?.type}`;
    });
    if (!isOld) this.#holdings.write(peer.id, writes);
    this.sightings.wrote(writes);
  }

  synced(peer: SimulatedPeer, writes: readonly Write[]): void {
    this.#claims.synced(peer, writes);
  }

  interrupted(
    peer: SimulatedPeer,
    { isTailKept, lost }: { readonly isTailKept: boolean; readonly lost: number },
  ): void {
    if (isTailKept) this.sightings.see('write kept by a crash');
    if (lost > 0) this.sightings.see('write lost by a crash');
    const isFencing = this.#fencing.delete(peer.id);
    if (isFencing && !peer.disk.isFenced) this.sightings.see('fence lost by a crash');
  }

  diskFailed(): void {
    this.sightings.see('disk failed');
  }

  publishing(peer: SimulatedPeer, content: RecordContent): void {
    if (content.type === 'peer') this.#claims.check(peer, content.custody);
  }

  #fenced(peer: SimulatedPeer, then: readonly CoreEffect[]): void {
    const isRight = this.#removed.has(peer.id) || this.#copied.has(peer.id);
    const [effect] = then;
    const reason = effect?.type === 'fence' ? effect.reason : '';
    this.#fencing.add(peer.id);
    hold('fenced', isRight, () => `node${peer.n} fenced itself: ${reason}`);
    this.sightings.see(this.#copied.has(peer.id) ? 'copy fenced' : 'removed peer fenced');
  }

  #loadDisk(peer: SimulatedPeer): void {
    const { custody } = peer.disk.durable;
    this.#written.set(peer.id, stepsOf(custody));
    if (this.#setBack.has(peer.id)) return;
    this.#holdings.load(peer.id, peer.disk.durable);
    this.#claims.load(peer, custody);
  }

  #congestedOf(peer: SimulatedPeer): Set<LinkId> {
    const known = this.#congested.get(peer) ?? new Set<LinkId>();
    this.#congested.set(peer, known);
    return known;
  }

  /** A peer that comes back to the same step again and again has lost its way. */
  #countStep(peer: SimulatedPeer): void {
    const now = this.#options.now();
    const steps = this.#steps.get(peer);
    if (steps === undefined || now >= steps.since + SECOND_MS) {
      this.#steps.set(peer, { since: now, count: 1 });
      return;
    }
    steps.count++;
    const isSane = steps.count <= STEPS_PER_SECOND_MAX;
    hold('spin', isSane, () => `node${peer.n} took ${steps.count} steps within a second`);
  }

  #notePause(peer: SimulatedPeer, effects: readonly CoreEffect[]): void {
    const now = this.#options.now();
    const before = this.#steppedAt.get(peer) ?? now;
    this.#steppedAt.set(peer, now);
    if (now - before < LONG_PAUSE_MS || peer.links.size === 0) return;
    const isSilent = effects.some(
      (effect) => effect.type === 'close' && effect.reason === 'silent',
    );
    hold('pause', !isSilent, () => `node${peer.n} took its own pause for the silence of others`);
    this.sightings.see('pause outlived');
  }

  #checkLinks(peer: SimulatedPeer, other: string): void {
    const { mesh } = peer.machine;
    const links = mesh.links();
    const most = this.#options.linksMax + WANTED_MAX;
    hold('links', links.length <= most, () => `node${peer.n} has ${links.length} links`);
    const isTwice = links.filter((link) => link.peer === other).length > 1;
    hold('links', !isTwice, () => `node${peer.n} has two links to ${other}`);
  }
}

/** What a peer may not do twice. A block that was reclaimed and forgotten is reclaimed again. */
function stepsOf({ counterparties, view, founder }: DurableCustody): string {
  const counts = counterparties.map(({ peer, granted, cleared, accepted }) => {
    return `${peer} ${granted} ${cleared} ${accepted}`;
  });
  return [...counts.sort(), view.rev, founder].join(', ');
}
