/**
 * One core and its disk, driven by hand: its effects are carried out in order as the driver does,
 * on a clock that stands still unless told otherwise. Each step is held to the rule that nothing
 * which tells of a change leaves before the change is written.
 */
import assert from 'node:assert/strict';
import type { CoreEffect, CoreEvent, CoreReply } from '#peer/core/core-event.ts';
import { Core } from '#peer/core/core.ts';
import type { View } from '#peer/ipam/custody-state.ts';
import { Ipam } from '#peer/ipam/ipam.ts';
import type { Need } from '#peer/ipam/outcomes.ts';
import { parseCidr } from '#peer/ipam/parse.ts';
import type { PeerRecord } from '#peer/mesh/directory.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import type { DirectoryRecord, Endpoint } from '#peer/mesh/record.ts';
import { hashView } from '#peer/wire/view-hash.ts';
import { testCodec, testEndpoint, testIdentity, testProfile } from '#test/support/records.ts';
import { MemoryStore } from '../ipam/memory-store.ts';

export const UNIVERSE = parseCidr('10.32.0.0/16');

export interface MemberOptions {
  readonly store?: MemoryStore;
  readonly epoch?: number;
  readonly instance?: bigint;
  readonly name?: string;
  readonly bootstrap?: readonly Endpoint[];
}

export class Member {
  readonly n: number;
  readonly core: Core;
  readonly store: MemoryStore;
  /** All effects but commits and what they publish, in their order. */
  readonly effects: CoreEffect[] = [];
  readonly replies = new Map<number, CoreReply>();
  now = 0;
  #linked = new Map<PeerId, number>();

  constructor(n: number, options: MemberOptions = {}) {
    const { store = new MemoryStore(), epoch = 1, name, bootstrap = [] } = options;
    this.n = n;
    this.store = store;
    this.core = new Core({
      self: testIdentity(n).id,
      epoch,
      instance: options.instance ?? BigInt(epoch),
      codec: testCodec(n),
      ipam: new Ipam({
        self: testIdentity(n).id,
        universe: [UNIVERSE],
        durable: store.durable,
        now: 0,
        hashView,
      }),
      profile: { ...testProfile(n), ...(name === undefined ? {} : { name }) },
      bootstrap,
      linksMax: 24,
      random: () => 0.5,
    });
  }

  get id(): PeerId {
    return this.core.self;
  }

  /** Its own record, as it published it last. */
  get record(): PeerRecord {
    const record = this.core.mesh.directory.peer(this.id);
    assert.ok(record !== undefined, `node${this.n} has not published`);
    return record;
  }

  start(): void {
    this.#carryOut(this.core.start(this.now));
  }

  tell(event: CoreEvent): void {
    const effects = this.core.step(this.now, event);
    assertNothingTooEarly(effects);
    this.#carryOut(effects);
  }

  /** The arbiter's answers. */
  join(view: View, founder: PeerId): void {
    this.tell({ type: 'registered', view });
    this.tell({ type: 'founded', founder });
  }

  /** Another's record comes by a link to it. */
  hear(record: DirectoryRecord): void {
    const link = this.linkTo(record.peer);
    this.tell({ type: 'frame', link, frame: { type: 'records', records: [record.signed] } });
  }

  linkTo(peer: PeerId): number {
    const known = this.#linked.get(peer);
    if (known !== undefined) return known;
    const link = this.#linked.size + 1;
    this.#linked.set(peer, link);
    this.tell({ type: 'link-up', link, peer, initiator: 'them', endpoint: testEndpoint(link) });
    return link;
  }

  /** The effects of this type so far. */
  all<T extends CoreEffect['type']>(type: T): readonly Extract<CoreEffect, { type: T }>[] {
    return this.effects.filter((effect) => effect.type === type) as Extract<
      CoreEffect,
      { type: T }
    >[];
  }

  #carryOut(effects: readonly CoreEffect[]): void {
    for (const effect of effects) this.#carryOutOne(effect);
  }

  #carryOutOne(effect: CoreEffect): void {
    if (effect.type === 'commit') {
      this.store.commit(effect.writes);
      this.#carryOut(effect.then);
    } else if (effect.type === 'publish') {
      this.tell({ type: 'publish', content: effect.content });
    } else {
      this.effects.push(effect);
      if (effect.type === 'reply') this.replies.set(effect.to, effect.value);
    }
  }
}

/** What tells of a change of ours is in the `then` of a commit; a refusal changes nothing. */
export function assertNothingTooEarly(effects: readonly CoreEffect[]): void {
  for (const effect of effects) {
    assert.notEqual(effect.type, 'publish');
    if (effect.type === 'reply') assert.equal(effect.value.type, 'refused');
  }
}

export function viewOf(rev: bigint, members: readonly Member[]): View {
  return { rev, members: new Map(members.map(({ id, core }) => [id, nameOf(core, id)])) };
}

/** The first peer of a cluster, which holds the whole universe. */
export function createFounder(n: number): Member {
  const founder = new Member(n);
  founder.join(viewOf(1n, [founder]), founder.id);
  return founder;
}

/** A peer that has heard of the founder and joined, and the need that it asks it for. */
export function createJoiner(n: number, founder: Member): { joiner: Member; need: Need } {
  const joiner = new Member(n);
  joiner.hear(founder.record);
  joiner.join(viewOf(2n, [founder, joiner]), founder.id);
  const [asked] = joiner.all('ask-space');
  assert.ok(asked !== undefined);
  return { joiner, need: asked.need };
}

/** The founder grants what the joiner needs, and the joiner hears of it. */
export function giveSpace(founder: Member, { joiner, need }: { joiner: Member; need: Need }): void {
  founder.hear(joiner.record);
  founder.tell({ type: 'space-asked', from: joiner.id, need, reply: 900 });
  joiner.hear(founder.record);
}

function nameOf({ mesh }: Core, id: PeerId): string {
  return mesh.directory.peer(id)?.content.profile.name ?? `member ${id}`;
}
