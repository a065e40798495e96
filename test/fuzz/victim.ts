/**
 * A whole core with links to honest peers and to a hostile one, on a virtual clock: takes bytes as
 * its transport would, and is held to what no member may bring about.
 */
import assert from 'node:assert/strict';
import { parseArbiterRequest } from '#peer/arbiter/request.ts';
import { parseSeedReply, parseSeedRequest } from '#peer/arbiter/seeds/messages.ts';
import { decodeViewUpdate } from '#peer/wire/view-codec.ts';
import type { CoreEffect } from '#peer/core/core-event.ts';
import { contains, containsAddress, formatAddress, formatCidr } from '#peer/ipam/cidr.ts';
import type { Directory } from '#peer/mesh/directory.ts';
import { HEARTBEAT_MS, MISBEHAVIOUR_RATE } from '#peer/mesh/limits.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { type DirectoryRecord, recordId } from '#peer/mesh/record.ts';
import { FRAME_BYTES_MAX, SEND_BUFFER_HIGH_BYTES } from '#peer/transport/limits.ts';
import { decodeFrame, encodeFrame } from '#peer/wire/frame-codec.ts';
import type { LinkFrame, Request } from '#peer/wire/link-frame.ts';
import { sealDown, sealPeer, testEndpoint, testIdentity } from '#test/support/records.ts';
import {
  type Member,
  UNIVERSE,
  createFounder,
  createJoiner,
  giveSpace,
} from '#test/unit/core/member.ts';
import type { Step } from './attacker.ts';
import { LEAVES, findBoundless } from './bounds.ts';
import { findCollections } from './collections.ts';
import { type Cast, SYBIL_IDS } from './hostile-records.ts';

const FOUNDER = 1;
const VICTIM = 2;
const HONEST = Array.from({ length: 24 }, (_, n) => 3 + n);
const HOSTILE = 100;
const HOSTILE_ID = testIdentity(HOSTILE).id;
/** Honest peers that have a link to the victim, which wants it. */
const LINKED_MAX = 4;
/** Of the two versions of an honest record that there are, the victim has the newer one. */
const OLD = { epoch: 4, seq: 1 };
const NEW = { epoch: 5, seq: 5 };

/** As whom the hostile one links: further ones have no record, and so no place on the rings. */
const ATTACKERS = Array.from({ length: 16 }, (_, n) => testIdentity(HOSTILE + n).id);
/** How long the victim takes no link of whoever misbehaved, and until it has noticed that it may. */
const SHUNNED_MS =
  (1_000 * MISBEHAVIOUR_RATE.burst) / MISBEHAVIOUR_RATE.perSecond + 2 * HEARTBEAT_MS;

/** What a peer may bring a few times, and then it is shunned. */
const TO_BLAME_FOR: ReadonlySet<string> = new Set(['bad-record', 'bad-signature']);

/** Counts what became of frames. */
export type Tally = (outcome: string) => void;

export class Victim {
  readonly #member: Member;
  /** Listed, honest, linked and wanted: that they stay, whoever is made up. */
  readonly #neighbours: readonly PeerId[];
  readonly #honestLinks: readonly number[];
  readonly #kept: readonly DirectoryRecord[];
  readonly #tally: Tally;
  #link = 1_000;
  #attacker = 0;
  #reply = 0;
  #heartbeatAt = 0;
  #isClosed = false;
  /** By the number of who linked: what was forged or no record, less one for each link it lost. */
  readonly #forgeryCounts = new Map<number, number>();
  /** Bytes that the step had us send, by link. */
  readonly #sent = new Map<number, number>();

  constructor(tally: Tally) {
    this.#tally = tally;
    const founder = createFounder(FOUNDER);
    const { joiner, need } = createJoiner(VICTIM, founder);
    giveSpace(founder, { joiner, need });
    this.#member = joiner;
    const numbers = [FOUNDER, VICTIM, ...HONEST, HOSTILE];
    const members = new Map(numbers.map((n) => [testIdentity(n).id, `node${n}`]));
    // A list that has but newcomers is adopted now and then only.
    joiner.now = 600_000;
    joiner.tell({ type: 'view', view: { rev: 3n, members } });
    joiner.tell({ type: 'recall', records: newestOf(HONEST) });
    const { mesh } = joiner.core;
    const wanted = HONEST.map((n) => testIdentity(n).id).filter((id) => mesh.isWanted(id));
    this.#neighbours = wanted.slice(0, LINKED_MAX);
    assert.equal(this.#neighbours.length, LINKED_MAX, 'honest peers are wanted');
    const linked = [testIdentity(FOUNDER).id, ...this.#neighbours];
    this.#honestLinks = linked.map((id) => joiner.linkTo(id));
    this.#kept = [founder.record, ...newestOf(HONEST)];
    this.#relink();
  }

  /** What the attacker knows of this victim: nothing that the victim doesn't have. */
  static cast(): Cast {
    const old = HONEST.map((n) => sealPeer(n, OLD));
    const honest = [...newestOf(HONEST), ...old];
    const earlier = { epoch: 0, seq: 7 };
    // It joins in this run, so of its own custody it has published nothing before.
    const own = [sealDown(VICTIM, [], earlier)];
    return { hostile: HOSTILE, victim: testIdentity(VICTIM).id, honest, own };
  }

  /** Throws when something happens that may not. */
  step({ afterMs, what, bytes }: Step): void {
    this.#sent.clear();
    this.#waitUntil(this.#member.now + afterMs);
    if (this.#isClosed) this.#relink();
    // Shunned for what it did: it comes as somebody else, and when all are known it has to wait.
    for (let tries = 0; this.#isClosed && tries < ATTACKERS.length; tries++) {
      this.#attacker++;
      this.#relink();
    }
    if (this.#isClosed) {
      this.#waitUntil(this.#member.now + SHUNNED_MS);
      this.#relink();
    }
    if (what === 'frame') this.#receive(bytes);
    else this.#tellOfLink(what);
    this.#checkSent();
    this.#checkRecords();
  }

  /** Costs some milliseconds, so not at each step. */
  checkBounds(): void {
    const collections = findCollections(this.#member.core, LEAVES);
    assert.ok(collections.length > 20, 'the collections of the core are found');
    assert.deepEqual(findBoundless(collections), []);
    const { mesh, ipam } = this.#member.core;
    for (const { reason } of this.#member.core.conflicts()) this.#tally(`conflict: ${reason}`);
    this.#checkForgeries();
    this.#checkNeighbours();
    assert.equal(mesh.directory.setHash, sumOfDigests(mesh.directory));
    const held = ipam.custody().hold.map(({ cidr }) => cidr);
    for (const cidr of held) assert.ok(contains(UNIVERSE, cidr), `${formatCidr(cidr)} is held`);
    for (const address of ipam.vtep())
      assert.ok(
        held.some((cidr) => containsAddress(cidr, address)),
        `${formatAddress(address)} is in use and held no more`,
      );
  }

  /**
   * Whoever is made up and has a link can take a listed neighbour's place (M24 of docs/PROTOCOL.md
   * says so). What is held is that those who only claim to be there are in nobody's way: once its
   * link is gone the honest are wanted.
   */
  #checkNeighbours(): void {
    this.#tell({ type: 'link-down', link: this.#link });
    const { mesh } = this.#member.core;
    for (const id of this.#neighbours) assert.ok(mesh.isWanted(id), `${id} is wanted no more`);
    this.#relink();
  }

  #countForgeries(more: number): void {
    const attacker = this.#attacker % ATTACKERS.length;
    this.#forgeryCounts.set(attacker, (this.#forgeryCounts.get(attacker) ?? 0) + more);
  }

  /** However often a peer renews its link, its forgeries are examined at the rate of one peer. */
  #checkForgeries(): void {
    const { burst, perSecond } = MISBEHAVIOUR_RATE;
    const most = burst + (perSecond * this.#member.now) / 1_000;
    for (const [attacker, count] of this.#forgeryCounts)
      assert.ok(count <= most, `attacker ${attacker}: ${count} forgeries, more than ${most}`);
  }

  #receive(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    this.#tally(frame === undefined ? 'no frame' : frame.type);
    if (frame === undefined) return;
    encodeFrame(frame);
    this.#take(frame);
  }

  #take(frame: LinkFrame): void {
    switch (frame.type) {
      case 'hello':
      case 'auth':
        return;
      case 'bye':
        return this.#tellOfLink('down');
      case 'request':
        return this.#answer(frame);
      case 'reply':
        parseSeedReply(fromJson(frame.arbiter));
        if (frame.view !== undefined) decodeViewUpdate(frame.view);
        return;
      default:
        this.#tell({ type: 'frame', link: this.#link, frame });
    }
  }

  /** Each id of a question stands for another asker: that of the link, or one that was made up. */
  #answer({ id, question }: Request): void {
    if (question.type === 'arbiter') {
      const value = fromJson(question.json);
      parseArbiterRequest(value);
      parseSeedRequest(value);
      return;
    }
    const from = SYBIL_IDS[id % (SYBIL_IDS.length * 2)] ?? HOSTILE_ID;
    if (question.type === 'view') {
      return this.#tell({ type: 'view-asked', from, since: question.since, reply: this.#reply++ });
    }
    const { family, wantLog2, minLog2 } = question;
    const need = { family, wantLog2, minLog2 };
    this.#tell({ type: 'space-asked', from, need, reply: this.#reply++ });
  }

  #tellOfLink(what: 'down' | 'congested' | 'drained'): void {
    this.#tell({ type: what === 'down' ? 'link-down' : what, link: this.#link });
    if (what === 'down') this.#relink();
  }

  #relink(): void {
    this.#link++;
    this.#isClosed = false;
    const peer = ATTACKERS[this.#attacker % ATTACKERS.length] ?? HOSTILE_ID;
    const endpoint = testEndpoint(HOSTILE);
    this.#tell({ type: 'link-up', link: this.#link, peer, initiator: 'them', endpoint });
  }

  /** Lets time pass as the driver does, while honest peers go on as ever. */
  #waitUntil(until: number): void {
    const member = this.#member;
    for (;;) {
      const nextAt = Math.min(member.core.nextAt(), this.#heartbeatAt);
      if (nextAt > until) break;
      member.now = Math.max(member.now, nextAt);
      this.#tell({ type: 'time' });
      if (member.now >= this.#heartbeatAt) this.#hearHonest();
    }
    member.now = until;
  }

  #hearHonest(): void {
    this.#heartbeatAt = this.#member.now + HEARTBEAT_MS;
    for (const link of this.#honestLinks) {
      const { setHash } = this.#member.core.mesh.directory;
      this.#tell({ type: 'frame', link, frame: { type: 'heartbeat', setHash, wanted: true } });
    }
  }

  #tell(event: Parameters<Member['tell']>[0]): void {
    this.#member.tell(event);
    const effects = this.#member.effects.splice(0);
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: CoreEffect): void {
    switch (effect.type) {
      case 'send':
        return this.#noteSent(effect.link, encodeFrame(effect.frame).length);
      case 'close':
        assert.ok(!this.#honestLinks.includes(effect.link), 'a link of an honest peer is closed');
        this.#tally(`closed: ${effect.reason}`);
        if (effect.reason === 'misbehaved') this.#countForgeries(-1);
        this.#isClosed ||= effect.link === this.#link;
        return;
      case 'dial':
        return this.#tell({ type: 'dial-failed', endpoint: effect.endpoint });
      case 'ask-space':
        return this.#tell({ type: 'space-answered', need: effect.need, granted: false });
      case 'learned':
        return this.#tally('learned');
      case 'refused':
        if (TO_BLAME_FOR.has(effect.reason)) this.#countForgeries(1);
        return this.#tally(`refused: ${effect.reason}`);
      case 'bound-hit':
        return this.#tally(`bound: ${effect.bound}`);
      case 'fence':
        assert.fail(`the victim fences itself: ${effect.reason}`);
        break;
      default:
    }
  }

  #noteSent(link: number, bytes: number): void {
    assert.ok(bytes <= FRAME_BYTES_MAX, `a frame of ${bytes} bytes is sent`);
    this.#sent.set(link, (this.#sent.get(link) ?? 0) + bytes);
  }

  /** However much one frame asks for, what it brings about does not congest a link. */
  #checkSent(): void {
    for (const [link, bytes] of this.#sent)
      assert.ok(bytes <= SEND_BUFFER_HIGH_BYTES, `${bytes} bytes for link ${link} in one step`);
  }

  #checkRecords(): void {
    const { directory } = this.#member.core.mesh;
    for (const record of this.#kept) {
      if (directory.get(recordId(record))?.signed !== record.signed)
        assert.equal(
          directory.get(recordId(record))?.signed.body.toHex(),
          record.signed.body.toHex(),
          `the record of ${record.peer} is another one`,
        );
    }
    const own = directory.peer(this.#member.id);
    assert.equal(own?.epoch, 1, 'the record of the victim is its own');
  }
}

function newestOf(numbers: readonly number[]): readonly DirectoryRecord[] {
  return numbers.flatMap((n) => [sealPeer(n, NEW), sealDown(n, [], NEW)]);
}

function sumOfDigests(directory: Directory): bigint {
  const buckets = new Set(directory.bucketDigests.keys());
  const records = [...directory.inBuckets(buckets).values()].flat();
  const sum = records.reduce((all, { digest }) => all + digest, 0n);
  return BigInt.asUintN(128, sum);
}

/** As the arbiter's service reads questions. */
function fromJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
