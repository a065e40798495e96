/**
 * A smoke of the fuzzing of frames (`npm run fuzz` goes on for longer), that it finds what it looks
 * for, and what it has found. FUZZ_SEED=n before the command repeats a run.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import process from 'node:process';
import { LEAVES, findBoundless } from '#test/fuzz/bounds.ts';
import { findCollections } from '#test/fuzz/collections.ts';
import type { Step } from '#test/fuzz/attacker.ts';
import { attack } from '#test/fuzz/session.ts';
import { Victim } from '#test/fuzz/victim.ts';
import { IDS_PER_FRAME, PULLS_MAX } from '#peer/mesh/limits.ts';
import { ENDPOINTS_MAX, OVERLAY_ADDRESSES_MAX } from '#peer/wire/values.ts';
import {
  sealPeer,
  testCodec,
  testContent,
  testEndpoint,
  testIdentity,
  testProfile,
} from '#test/support/records.ts';
import type { Address } from '#peer/ipam/cidr.ts';
import type { LinkUp } from '#peer/mesh/effect.ts';
import type { DirectoryRecord, Endpoint, Profile } from '#peer/mesh/record.ts';
import { decodeFrame, encodeFrame } from '#peer/wire/frame-codec.ts';
import { createFounder } from '#test/unit/core/member.ts';

const FRAMES = 20_000;
/** What a run that reaches everything brings about. */
const EXPECTED = [
  'no frame',
  'learned',
  'want',
  'request',
  'refused: bad-record',
  'refused: bad-signature',
  'refused: unsupported-record',
  'refused: writer-budget',
  'refused: unasked-entries',
  'bound: grant-budget',
  'closed: misbehaved',
];
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 32);

describe('a hostile member', () => {
  it(`can send ${FRAMES} frames of any kind and break nothing, outgrow nothing and change no record of others`, () => {
    const { violation, outcomes } = attack({ seed, frames: FRAMES });
    const seen = [...outcomes].map(([outcome, count]) => `${outcome} ${count}`).join(', ');
    assert.equal(violation, undefined, `FUZZ_SEED=${seed}: ${JSON.stringify(violation)}`);
    for (const outcome of EXPECTED)
      assert.ok(
        outcomes.has(outcome),
        `FUZZ_SEED=${seed} never brought about "${outcome}": ${seen}`,
      );
  });
});

describe('what the fuzzing has found', () => {
  const codec = testCodec(1);
  const parses = (profile: Partial<Profile>): boolean => {
    const content = { ...testContent(1), profile: { ...testProfile(1), ...profile } };
    const { signed } = codec.seal({ peer: testIdentity(1).id, epoch: 1, seq: 1, content });
    return codec.parse(signed) !== undefined;
  };

  it('a record with more endpoints than a peer has is none: each of them would be dialled', () => {
    assert.equal(parses({ endpoints: endpoints(ENDPOINTS_MAX) }), true);
    assert.equal(parses({ endpoints: endpoints(ENDPOINTS_MAX + 1) }), false);
  });

  it('a record with more overlay addresses than families is none: each is a neighbour in the kernel', () => {
    const { vtep } = testProfile(1);
    assert.equal(parses({ vtep: { ...vtep, overlay: addresses(OVERLAY_ADDRESSES_MAX) } }), true);
    assert.equal(
      parses({ vtep: { ...vtep, overlay: addresses(OVERLAY_ADDRESSES_MAX + 1) } }),
      false,
    );
  });

  it('an announcement or a question of more ids than fit a frame is none: 2 MiB of them took 200 ms', () => {
    const id = { peer: testIdentity(1).id, kind: 'peer', epoch: 1, seq: 1 } as const;
    for (const type of ['have', 'want'] as const) {
      const idsOf = (count: number) => Array.from({ length: count }, () => id);
      const most = encodeFrame({ type, ids: idsOf(IDS_PER_FRAME) });
      const more = encodeFrame({ type, ids: idsOf(IDS_PER_FRAME + 1) });
      assert.equal(decodeFrame(most)?.type, type);
      assert.equal(decodeFrame(more), undefined);
    }
  });
});

describe('the fuzzing', () => {
  it('sees a record of another that was replaced', () => {
    const victim = new Victim(() => {});
    const newer = sealPeer(3, { epoch: 99, seq: 1 });
    assert.throws(() => victim.step(recordsStep(newer)), /the record of .* is another one/);
  });

  it('sees a collection over its bound, and one that has none', () => {
    const pulls = 'mesh.#pulls.#pulls.#peer';
    assert.deepEqual(findBoundless([{ path: pulls, size: PULLS_MAX }]), []);
    assert.equal(findBoundless([{ path: pulls, size: PULLS_MAX + 1 }]).length, 1);
    assert.match(findBoundless([{ path: 'mesh.#new', size: 0 }]).join(), /has no bound/);
  });

  it('finds the collections of a core in private fields and inside of others', () => {
    const { core } = createFounder(1);
    core.step(0, linkUpOf(7));
    const paths = findCollections(core, LEAVES).map(({ path }) => path);
    for (const path of [
      'mesh.#flood.#queues',
      'mesh.#topology.#windows.#nearest[].ids',
      'ipam.#state.hold',
    ])
      assert.ok(paths.includes(path), `${path} is not found`);
  });
});

function endpoints(count: number): readonly Endpoint[] {
  return Array.from({ length: count }, (_, n) => testEndpoint(n));
}

function addresses(count: number): readonly Address[] {
  return endpoints(count).map(({ address }) => address);
}

function recordsStep({ signed }: DirectoryRecord): Step {
  const bytes = encodeFrame({ type: 'records', records: [signed] });
  return { afterMs: 1, what: 'frame', bytes };
}

function linkUpOf(n: number): LinkUp {
  const endpoint = testEndpoint(n);
  return { type: 'link-up', link: n, peer: testIdentity(n).id, initiator: 'them', endpoint };
}
