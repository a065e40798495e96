/** The state on disk: durable, bound to its node, set aside when it can not be trusted. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ipam } from '#peer/ipam/ipam.ts';
import type { Cidr } from '#peer/ipam/cidr.ts';
import { parseCidr } from '#peer/ipam/parse.ts';
import type { Store } from '#peer/store/store.ts';
import { hashView } from '#peer/wire/view-hash.ts';
import { peerId, requestOf, viewOf } from '../ipam/builders.ts';
import { UNIVERSE, change, makeDirectory, makeMember, open } from './opened-store.ts';

test('what is committed is what is loaded, as the writes define it', (t) => {
  const directory = makeDirectory(t);
  const store = open(directory);
  const { ipam, commit, memory } = makeMember(store);
  commit(ipam.allocateVtep(0));
  for (let n = 0; n < 5; n++) commit(ipam.allocate(0, requestOf(n)));
  commit(ipam.release(0, requestOf(3).key));
  commit(ipam.release(0, requestOf(1).key));
  const grant = { to: peerId(900), registeredRev: 7n, wantLog2: 8, minLog2: 4 };
  commit(ipam.grant(0, { ...grant, family: 4 }));
  commit(ipam.grant(0, { ...grant, family: 6 }));
  commit({ writes: ipam.keepHistoryMark(2n ** 100n + 5n) });
  store.close();
  const again = open(directory);
  const loaded = again.load();
  assert.deepEqual(sorted(loaded), sorted(memory.durable));
  const { peer } = again.identity;
  const restarted = new Ipam({ self: peer, universe: UNIVERSE, durable: loaded, now: 0, hashView });
  assert.deepEqual(restarted.custody(), ipam.custody());
  assert.deepEqual(restarted.attachments(), ipam.attachments());
  again.close();
});

test('a cleared grant, a joined block and a newer view are loaded as such', (t) => {
  const directory = makeDirectory(t);
  const store = open(directory);
  const { ipam, commit, memory } = makeMember(store);
  const self = store.identity.peer;
  const other = peerId(900);
  commit(ipam.grant(0, { to: other, registeredRev: 7n, family: 4, wantLog2: 8, minLog2: 4 }));
  const [granted] = ipam.custody().pending;
  assert.ok(granted !== undefined);
  const counterparty = { peer: self, granted: 1, cleared: 0, accepted: 1 };
  const back = { block: { ...granted.block, term: 3 }, to: self, n: 1 };
  const custody = { ...ipam.custody(), hold: [], pending: [back], counterparties: [counterparty] };
  commit(ipam.look(new Map([[other, custody]])));
  commit(ipam.adoptView(viewOf(8n, [self])));
  store.close();
  const again = open(directory);
  assert.deepEqual(sorted(again.load()), sorted(memory.durable));
  assert.equal(again.load().custody.hold.length, 2);
  again.close();
});

test('the epoch grows at each start; a registered identity stays', (t) => {
  const directory = makeDirectory(t);
  const first = open(directory);
  makeMember(first);
  first.close();
  const second = open(directory);
  assert.deepEqual(second.identity, first.identity);
  assert.equal(second.epoch, first.epoch + 1n);
  assert.equal(second.lost, undefined);
  second.close();
});

test('an identity that was not registered when the peer ended is not used again', (t) => {
  const directory = makeDirectory(t);
  const first = open(directory);
  first.commit([{ type: 'set-history-mark', mark: 9n }]);
  first.close();
  const second = open(directory);
  assert.notEqual(second.identity.peer, first.identity.peer);
  assert.equal(second.lost, undefined);
  assert.equal(second.load().custody.historyMark, 9n, 'which is of the arbiter');
  second.close();
});

test('state of another cluster is an error that names both, and nothing is changed', (t) => {
  const directory = makeDirectory(t);
  const first = open(directory);
  makeMember(first);
  const before = first.load();
  first.close();
  assert.throws(() => open(directory, { cluster: 'green' }), {
    name: 'StateOfAnotherCluster',
    message: /"blue".*"green".*empty state directory/,
  });
  const again = open(directory);
  assert.deepEqual(again.load(), before);
  assert.equal(again.epoch, first.epoch + 1n);
  again.close();
});

const [UNIVERSE_V4, UNIVERSE_V6] = UNIVERSE as [Cidr, Cidr];
const BROADER = [parseCidr('10.0.0.0/8'), UNIVERSE_V6];

for (const [what, settings, told] of [
  ['another VNI', { vni: 8 }, 'VNI 7, and this peer is told to use VNI 8'],
  [
    'another universe that has room for all that is held',
    { universe: BROADER },
    'universe 10.32.0.0/16,fd00::/64, and this peer is told to use universe 10.0.0.0/8,fd00::/64',
  ],
  [
    'a universe without one of its families and another VNI',
    { universe: [UNIVERSE_V4], vni: 8 },
    'universe 10.32.0.0/16,fd00::/64 and VNI 7, ' +
      'and this peer is told to use universe 10.32.0.0/16 and VNI 8',
  ],
] as const) {
  test(`${what} than a holding was made with is an error that names both, and nothing is changed`, (t) => {
    const directory = makeDirectory(t);
    const first = open(directory);
    first.rememberSettings();
    makeMember(first);
    const before = first.load();
    first.close();
    assert.throws(() => open(directory, {}, settings), {
      name: 'StateOfAnotherCluster',
      message:
        `the state in ${directory} is of a cluster with ${told}: start it with what it had. All ` +
        'other peers refuse anything else, too; only a cluster that is made anew, with the state ' +
        'of every peer removed, has another universe or VNI',
    });
    const again = open(directory, {}, { universe: UNIVERSE.toReversed() });
    assert.deepEqual(again.load(), before);
    assert.equal(again.epoch, first.epoch + 1n);
    again.close();
  });
}

test('a member that holds nothing yet may be given the settings that the others have', (t) => {
  const directory = makeDirectory(t);
  const first = open(directory, {}, { vni: 8 });
  first.rememberSettings();
  const { peer } = first.identity;
  const ipam = new Ipam({
    self: peer,
    universe: UNIVERSE,
    durable: first.load(),
    now: 0,
    hashView,
  });
  const outcome = ipam.register(viewOf(7n, [peer]));
  assert.ok(outcome.type === 'registered');
  first.commit(outcome.writes);
  first.close();
  const second = open(directory);
  assert.equal(second.identity.peer, peer);
  second.rememberSettings();
  makeMember(second);
  second.close();
  assert.throws(() => open(directory, {}, { vni: 8 }), { name: 'StateOfAnotherCluster' });
});

test('a state without settings, as earlier versions wrote it, takes those that it is given', (t) => {
  const directory = makeDirectory(t);
  const first = open(directory);
  makeMember(first);
  first.close();
  change(join(directory, 'state', 'state.sqlite'), 'DROP TABLE cluster_settings');
  const second = open(directory, {}, { vni: 8 });
  assert.deepEqual(second.identity, first.identity);
  second.rememberSettings();
  second.close();
  assert.throws(() => open(directory), { message: /with VNI 8, .* use VNI 7/ });
});

test('settings that were given and not used are not remembered', (t) => {
  const directory = makeDirectory(t);
  const first = open(directory);
  makeMember(first);
  first.close();
  open(directory, {}, { vni: 8 }).close();
  open(directory).close();
});

for (const [what, binding, reason] of [
  ['node', { nodeName: 'node-2' }, /of node "node-1" and this is "node-2"/],
  ['machine', { machineId: 'other' }, /another machine/],
] as const) {
  test(`state of another ${what} is set aside whole, and a new identity begins`, (t) => {
    const directory = makeDirectory(t);
    const first = open(directory);
    makeMember(first);
    first.close();
    const second = open(directory, binding);
    assert.match(second.lost ?? '', reason);
    assert.match(second.lost ?? '', /state\.lost-1/);
    assert.notEqual(second.identity.peer, first.identity.peer);
    assert.deepEqual(second.load().custody.hold, []);
    second.close();
    assert.ok(statSync(join(directory, 'state.lost-1', 'state.sqlite')).size > 0);
  });
}

test('of the states that were set aside the newest eight are kept', (t) => {
  const directory = makeDirectory(t);
  for (let n = 0; n <= 10; n++) open(directory, { nodeName: `node-${n}` }).close();
  const aside = readdirSync(directory).filter((name) => name.startsWith('state.lost-'));
  const expected = Array.from({ length: 8 }, (_, n) => `state.lost-${n + 3}`);
  assert.deepEqual(aside.sort(), expected.sort());
});

test('a removed identity does not come back', (t) => {
  const directory = makeDirectory(t);
  const first = open(directory);
  const { ipam, commit } = makeMember(first);
  commit(ipam.adoptView(viewOf(8n, [peerId(900)])));
  first.close();
  const second = open(directory);
  assert.match(second.lost ?? '', /was removed/);
  second.close();
});

const DAMAGES: Readonly<Record<string, (path: string) => void>> = {
  'is no database': (path) => writeFileSync(path, 'x'.repeat(20_000)),
  'is cut off': (path) => writeFileSync(path, readFileSync(path).subarray(0, 9_000)),
  'has a page of zeros': (path) => writeFileSync(path, readFileSync(path).fill(0, 8_192, 12_288)),
  'misses a table': (path) => change(path, 'DROP TABLE block'),
  'has an address that is not held': (path) =>
    change(path, "INSERT INTO address VALUES (x'01020304', NULL)"),
  'has blocks that overlap': (path) =>
    change(path, "INSERT INTO block VALUES (x'0a200100', 24, 1)"),
  'has an unaligned block': (path) => change(path, "INSERT INTO block VALUES (x'0a210001', 24, 1)"),
  'has half an address': (path) => change(path, "INSERT INTO resting (address) VALUES (x'0a20')"),
  'has a peer that is none': (path) => change(path, "INSERT INTO member VALUES ('nobody', 'a')"),
};

for (const [title, damage] of Object.entries(DAMAGES)) {
  test(`a file that ${title} is lost: set aside, and said why`, (t) => {
    const directory = makeDirectory(t);
    const first = open(directory);
    makeMember(first);
    first.close();
    damage(join(directory, 'state', 'state.sqlite'));
    const second = open(directory);
    assert.match(second.lost ?? '', /damaged/);
    assert.notEqual(second.identity.peer, first.identity.peer);
    makeMember(second);
    second.close();
    assert.ok(readdirSync(directory).includes('state.lost-1'));
  });
}

test('state of a later format is an error, and stays', (t) => {
  const directory = makeDirectory(t);
  open(directory).close();
  change(join(directory, 'state', 'state.sqlite'), 'PRAGMA user_version = 99');
  assert.throws(() => open(directory), { name: 'StoreFailed', message: /later version/ });
  assert.ok(!readdirSync(directory).includes('state.lost-1'));
});

test('a directory is opened once at a time, also from another process', (t) => {
  const directory = makeDirectory(t);
  const store = open(directory);
  assert.throws(() => open(directory), { name: 'DirectoryInUse', message: /another peer/ });
  const module = new URL('../../../peer/store/lock.ts', import.meta.url).href;
  const script = `import(${JSON.stringify(module)}).then(({ lockDirectory }) =>
    lockDirectory(${JSON.stringify(directory)})).catch(({ name }) => console.log(name))`;
  assert.equal(
    execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }),
    'DirectoryInUse\n',
  );
  store.close();
  open(directory).close();
});

test('only the owner can read what is in the directory', (t) => {
  const directory = makeDirectory(t);
  const store = open(directory);
  makeMember(store);
  assert.equal(statSync(directory).mode & 0o777, 0o700);
  for (const name of readdirSync(join(directory, 'state'))) {
    assert.equal(statSync(join(directory, 'state', name)).mode & 0o777, 0o600, name);
  }
  store.close();
});

test('writes that fail leave nothing behind, and nothing is written after them', (t) => {
  const directory = makeDirectory(t);
  const store = open(directory);
  const { ipam } = makeMember(store);
  const outcome = ipam.allocate(0, requestOf(1));
  assert.ok(outcome.type === 'allocated');
  const before = store.load();
  const twice = [...outcome.writes, ...outcome.writes];
  assert.throws(() => store.commit(twice), { name: 'AssertionFailure' });
  assert.deepEqual(store.load(), before);
  assert.throws(() => store.commit(outcome.writes), { name: 'StoreFailed' });
  store.close();
});

/** The order of lists that are sets; deepEqual doesn't care for that of maps. */
function sorted(durable: ReturnType<Store['load']>) {
  const { custody } = durable;
  const { hold, pending, counterparties } = custody;
  const lists = { hold: sort(hold), pending: sort(pending), counterparties: sort(counterparties) };
  return { ...durable, custody: { ...custody, ...lists } };
}

function sort<T>(list: readonly T[]): readonly T[] {
  return [...list].sort((a, b) => (text(a) < text(b) ? -1 : 1));
}

function text(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'bigint' ? part.toString() : part,
  );
}
