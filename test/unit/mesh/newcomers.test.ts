/** How a newcomer finds its place: introduction, referral, and links that only one end can dial. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { endpointKey } from '#peer/mesh/endpoint-key.ts';
import type { LinkId, MeshEffect, MeshEvent } from '#peer/mesh/effect.ts';
import { DIAL_SETTLE_MS, DIAL_TURN_MS, LINK_AGE_MIN_MS, WAYS_IN } from '#peer/mesh/limits.ts';
import type { Mesh, MeshOptions } from '#peer/mesh/mesh.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import { buildRings, observersOf } from '#peer/mesh/rings.ts';
import { testContent, testEndpoint } from '#test/support/records.ts';
import { createMesh, dialled, linkUp } from './lone-mesh.ts';
import { ManyRecords, manyId } from './many-records.ts';

const SELF = manyId(1);
const RECORDS = new ManyRecords();

function heartbeat(link: LinkId, wanted = true): MeshEvent {
  return { type: 'frame', link, frame: { type: 'heartbeat', setHash: 7n, wanted } };
}

/** The writers of the records that go out by the link, sorted. */
function sentBy(effects: readonly MeshEffect[], link: LinkId): readonly PeerId[] {
  const peers = effects.flatMap((effect) => {
    if (effect.type !== 'send' || effect.link !== link || effect.frame.type !== 'records')
      return [];
    return effect.frame.records.flatMap((signed) => RECORDS.codec.parse(signed)?.peer ?? []);
  });
  return peers.sort();
}

/** One that knows 200 others, and has said who it is. */
function settled(options: Partial<MeshOptions> = {}): Mesh {
  const mesh = createMesh(RECORDS.codec, options);
  const records = Array.from({ length: 200 }, (_, n) => RECORDS.oneAt(2 + n));
  mesh.step(0, { type: 'recall', records });
  mesh.step(0, { type: 'publish', content: testContent(1) });
  return mesh;
}

/** Somebody that a settled mesh does not want. */
function stranger(mesh: Mesh, from = 1_000): PeerId {
  for (let n = from; ; n++) {
    const rings = buildRings([...mesh.directory.peerIds(), manyId(n)]);
    if (!observersOf(rings, manyId(n)).includes(SELF)) return manyId(n);
  }
}

describe('a newcomer that dials the wrong one', () => {
  it('is told after its first heartbeat, once, who its neighbours on the rings are', () => {
    const mesh = settled();
    const peer = stranger(mesh);
    mesh.step(1, linkUp(1, peer, 'them'));
    const rings = buildRings([...mesh.directory.peerIds(), peer]);
    const expected = [...new Set([SELF, ...observersOf(rings, peer)])].sort();
    assert.deepEqual(sentBy(mesh.step(2, heartbeat(1)), 1), expected);
    assert.deepEqual(sentBy(mesh.step(3, heartbeat(1)), 1), []);
  });

  it('dials two of these at once, the others by and by, and nobody else', () => {
    const seed = settled();
    const peer = stranger(seed);
    const newcomer = createMesh(RECORDS.codec, { self: peer, bootstrap: [testEndpoint(1)] });
    newcomer.step(0, { type: 'time' });
    newcomer.step(1, linkUp(1, SELF, 'us', testEndpoint(1)));
    seed.step(1, linkUp(1, peer, 'them'));
    const effects = seed
      .step(2, heartbeat(1))
      .flatMap((effect) =>
        effect.type === 'send' && effect.frame.type === 'records'
          ? newcomer.step(3, { type: 'frame', link: 1, frame: effect.frame })
          : [],
      );
    assert.equal(dialled(effects).length, WAYS_IN);
    const later = Array.from({ length: 8 }, (_, n) =>
      newcomer.step(3 + n * DIAL_SETTLE_MS, { type: 'time' }),
    );
    const rings = buildRings([...seed.directory.peerIds(), peer]);
    const neighbours = observersOf(rings, peer);
    const numbers = Array.from({ length: 200 }, (_, n) => 2 + n);
    const expected = numbers.filter((n) => neighbours.includes(manyId(n)));
    assert.deepEqual(
      [...dialled([...effects, ...later.flat()])].sort(),
      expected.map((n) => endpointKey(testEndpoint(n))).sort(),
    );
  });

  it('is referred and closed where there is no room, or makes an older one go', () => {
    const mesh = settled({ linksMax: 1 });
    const [one, other, third] = [1_000, 2_000, 3_000].map((from) => stranger(mesh, from));
    assert.ok(one !== undefined && other !== undefined && third !== undefined);
    mesh.step(1, linkUp(1, one, 'them'));
    const effects = mesh.step(2, linkUp(2, other, 'them'));
    assert.ok(sentBy(effects, 2).includes(SELF));
    assert.ok(effects.some((effect) => effect.type === 'close' && effect.link === 2));
    const later = mesh.step(1 + LINK_AGE_MIN_MS, linkUp(3, third, 'them'));
    assert.ok(later.some((effect) => effect.type === 'close' && effect.link === 1));
    assert.deepEqual(
      mesh.links().map(({ id }) => id),
      [3],
    );
  });
});

describe('a peer that dials', () => {
  it('says first of all who it is', () => {
    const mesh = settled();
    const [first] = mesh.step(1, linkUp(1, manyId(2), 'us'));
    assert.ok(first !== undefined);
    assert.ok(sentBy([first], 1).includes(SELF));
  });

  it('and finds nobody there turns to the next ones at once', () => {
    const mesh = createMesh(RECORDS.codec);
    const records = Array.from({ length: 6 }, (_, n) => RECORDS.oneAt(2 + n));
    const recalled = mesh.step(0, { type: 'recall', records });
    const first = recalled.flatMap((effect) => (effect.type === 'dial' ? [effect.endpoint] : []));
    assert.equal(first.length, WAYS_IN);
    const next = first.flatMap((endpoint) => mesh.step(1, { type: 'dial-failed', endpoint }));
    assert.equal(dialled(next).length, WAYS_IN);
    assert.ok(dialled(next).every((key) => !first.map(endpointKey).includes(key)));
  });

  it('joins at one endpoint, and tries the next when nobody is there', () => {
    const bootstrap = [7, 8, 9].map(testEndpoint);
    const mesh = createMesh(RECORDS.codec, { bootstrap });
    const [first, ...more] = dialled(mesh.step(0, { type: 'time' }));
    assert.equal(first, endpointKey(testEndpoint(8)));
    assert.deepEqual(more, []);
    const next = mesh.step(1, { type: 'dial-failed', endpoint: testEndpoint(8) });
    assert.deepEqual(dialled(next), [endpointKey(testEndpoint(9))]);
  });

  it('is looked for where we were told to join, when who said to be there is removed', () => {
    const removed = new Set<PeerId>();
    const mesh = createMesh(RECORDS.codec, {
      bootstrap: [testEndpoint(7)],
      members: (all) => all.filter(({ peer }) => !removed.has(peer)),
    });
    mesh.step(0, { type: 'recall', records: [RECORDS.oneAt(7), RECORDS.oneAt(8)] });
    mesh.step(0, linkUp(1, manyId(7), 'us', testEndpoint(7)));
    mesh.step(0, linkUp(2, manyId(8), 'us', testEndpoint(8)));
    removed.add(manyId(7));
    mesh.step(1, { type: 'link-down', link: 1 });
    const effects = [...mesh.step(1, { type: 'members-changed' })];
    for (let now = 1_000; now <= 5_000; now += 1_000)
      effects.push(...mesh.step(now, heartbeat(2)), ...mesh.step(now, { type: 'time' }));
    assert.ok(dialled(effects).includes(endpointKey(testEndpoint(7))));
  });

  it('is not looked for there when a member is, whoever said so after it and was removed', () => {
    const endpoint = testEndpoint(7);
    const mesh = createMesh(RECORDS.codec, {
      bootstrap: [endpoint],
      members: (all) => all.filter(({ peer }) => peer !== manyId(9)),
    });
    mesh.step(0, linkUp(1, manyId(7)));
    mesh.step(0, { type: 'recall', records: [RECORDS.oneAt(7), RECORDS.oneAt(9, [endpoint])] });
    const effects = [...mesh.step(1, { type: 'dial-failed', endpoint })];
    for (let now = 1_000; now <= 5_000; now += 1_000)
      effects.push(...mesh.step(now, heartbeat(1)), ...mesh.step(now, { type: 'time' }));
    assert.ok(!dialled(effects).includes(endpointKey(endpoint)));
  });

  it('does not wait for its own turn, where it is one of those to join at', () => {
    const bootstrap = [1, 7].map(testEndpoint);
    const mesh = createMesh(RECORDS.codec, { bootstrap, random: () => 0 });
    const effects = mesh.step(0, { type: 'publish', content: testContent(1) });
    assert.deepEqual(dialled(effects), [endpointKey(testEndpoint(7))]);
  });

  it('joins at no second endpoint while the first may lead it in', () => {
    const bootstrap = [7, 8].map(testEndpoint);
    const mesh = createMesh(RECORDS.codec, { bootstrap, random: () => 0 });
    mesh.step(0, { type: 'time' });
    assert.deepEqual(dialled(mesh.step(1, linkUp(1, manyId(7), 'us', testEndpoint(7)))), []);
    assert.deepEqual(dialled(mesh.step(DIAL_TURN_MS - 1, { type: 'time' })), []);
    const later = mesh.step(DIAL_TURN_MS, { type: 'time' });
    assert.deepEqual(dialled(later), [endpointKey(testEndpoint(8))]);
  });

  it('has no second link with one who answers at another’s endpoint', () => {
    const mesh = createMesh(RECORDS.codec);
    const shared = testEndpoint(50);
    mesh.step(0, { type: 'recall', records: [RECORDS.oneAt(2), RECORDS.oneAt(3, [shared])] });
    mesh.step(0, linkUp(1, manyId(2), 'us', shared));
    const dials: string[] = [];
    for (let now = 0; now < 60_000; now += 1_000) {
      mesh.step(now, heartbeat(1));
      dials.push(...dialled(mesh.step(now, { type: 'time' })));
    }
    assert.ok(!dials.includes(endpointKey(shared)));
    const again = mesh.step(60_000, { type: 'link-down', link: 1 });
    assert.ok(dialled(again).includes(endpointKey(shared)));
  });
});

describe('a peer that can’t be dialled', () => {
  it('is not called unreachable by those whom it dialled', () => {
    const mesh = createMesh(RECORDS.codec);
    mesh.step(0, { type: 'recall', records: [RECORDS.oneAt(2, [])] });
    mesh.step(0, { type: 'publish', content: testContent(1) });
    mesh.step(0, linkUp(1, manyId(2), 'them'));
    for (let now = 0; now <= 30_000; now += 1_000) mesh.step(now, heartbeat(1));
    assert.deepEqual(mesh.directory.down(SELF), []);
    assert.equal(mesh.links().length, 1);
  });

  it('is, without a link, and the walk goes on behind it', () => {
    const mesh = createMesh(RECORDS.codec);
    mesh.step(0, { type: 'recall', records: [RECORDS.oneAt(2, [])] });
    mesh.step(0, { type: 'publish', content: testContent(1) });
    for (let now = 0; now <= 30_000; now += 1_000) mesh.step(now, { type: 'time' });
    assert.deepEqual(mesh.directory.down(SELF), [manyId(2)]);
    assert.equal(mesh.isWanted(manyId(2)), true);
  });
});

describe('a record that waits to be sent', () => {
  it('is not sent to who sends it meanwhile', () => {
    const mesh = createMesh(RECORDS.codec);
    const others = [2, 3, 4];
    mesh.step(0, { type: 'recall', records: others.map((n) => RECORDS.oneAt(n)) });
    for (const n of others) mesh.step(0, linkUp(n, manyId(n), 'them'));
    const bring = (link: LinkId, n: number) => {
      const frame = { type: 'records', records: [RECORDS.oneAt(n).signed] } as const;
      return mesh.step(1, { type: 'frame', link, frame });
    };
    bring(2, 10);
    const busy = bring(2, 11);
    assert.deepEqual(sentBy(busy, 3), []);
    bring(3, 11);
    const effects = mesh.step(100, { type: 'time' });
    assert.deepEqual(sentBy(effects, 3), []);
    assert.deepEqual(sentBy(effects, 4), [manyId(11)]);
  });
});

describe('in step', () => {
  it('is nobody with a peer that is no member, or whose membership nobody vouches for', () => {
    const [member, newcomer] = [manyId(2), manyId(3)];
    const mesh = createMesh(RECORDS.codec, { isListed: (peer) => peer === member });
    mesh.step(0, linkUp(1, newcomer, 'them'));
    const equal = (link: LinkId): MeshEvent => {
      const { setHash } = mesh.directory;
      return { type: 'frame', link, frame: { type: 'heartbeat', setHash, wanted: true } };
    };
    mesh.step(1, equal(1));
    assert.equal(mesh.agreement.isSynced, false);
    mesh.step(2, { type: 'recall', records: [RECORDS.oneAt(2), RECORDS.oneAt(3)] });
    mesh.step(3, equal(1));
    assert.equal(mesh.agreement.isSynced, false);
    mesh.step(4, linkUp(2, member, 'them'));
    mesh.step(5, equal(2));
    assert.equal(mesh.agreement.isSynced, true);
  });
});

it('who comes a second time hears what is known of it, before that link is closed: it may be another with its disk', () => {
  const records = new ManyRecords();
  const mesh = createMesh(records.codec);
  // Of a pair the link that the lower id dialled stays: ours.
  const n = [2, 3, 4, 5, 6, 7, 8, 9].find((one) => manyId(one) > SELF);
  assert.ok(n !== undefined);
  const known = records.one(n);
  mesh.step(0, linkUp(1, manyId(n), 'us'));
  mesh.step(0, {
    type: 'frame',
    link: 1,
    frame: { type: 'records', records: [known.signed] },
  });
  const effects = mesh.step(0, linkUp(2, manyId(n)));
  const told = effects.findIndex(
    (effect) =>
      effect.type === 'send' &&
      effect.link === 2 &&
      effect.frame.type === 'records' &&
      effect.frame.records.includes(known.signed),
  );
  const closed = effects.findIndex((effect) => effect.type === 'close' && effect.link === 2);
  assert.ok(told >= 0 && closed > told, JSON.stringify([told, closed]));
});
