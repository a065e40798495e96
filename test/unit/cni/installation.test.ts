/** Launcher and network configuration list on a real file system: when they are put there, and what is left alone. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { Installation } from '#peer/cni/installation.ts';
import { renderConflist } from '#peer/cni/installation-conflist.ts';
import { eventuallyTrue } from '#test/support/eventually.ts';
import { createScratchDirectory } from '#test/support/plugin-launcher.ts';

const CONFLIST = '10-weft.conflist';

function setUp() {
  const scratch = createScratchDirectory();
  const [bin, conf, launcher] = ['bin', 'net.d', 'built'].map((name) => join(scratch.path, name));
  assert.ok(bin !== undefined && conf !== undefined && launcher !== undefined);
  mkdirSync(bin);
  mkdirSync(conf);
  writeFileSync(launcher, '#!/bin/sh\necho first\n');
  const state = { isReady: true };
  const make = () =>
    new Installation({
      binDirectory: bin,
      confDirectory: conf,
      isReady: () => state.isReady,
      log: { info: () => undefined, warn: () => undefined },
      launcher,
    });
  return {
    bin,
    conf,
    launcher,
    state,
    make,
    installed: join(bin, 'weft'),
    conflist: join(conf, CONFLIST),
    [Symbol.dispose]: () => scratch[Symbol.dispose](),
  };
}

test('the launcher is put there at once, the list not before the peer is ready', async () => {
  using place = setUp();
  place.state.isReady = false;
  const installation = place.make();
  await installation.look();
  assert.equal(execFileSync(place.installed, { encoding: 'utf8' }), 'first\n');
  assert.deepEqual(readdirSync(place.conf), []);
  place.state.isReady = true;
  await installation.look();
  assert.equal(readFileSync(place.conflist, 'utf8'), renderConflist());
  const modes = [place.installed, place.conflist].map((path) => statSync(path).mode & 0o777);
  assert.deepEqual(modes, [0o755, 0o644]);
  assert.deepEqual(installation.problems(), []);
});

test('what is right is not written again, by the same peer or the next', async () => {
  using place = setUp();
  const first = place.make();
  await first.look();
  const inodes = () => [place.installed, place.conflist].map((path) => statSync(path).ino);
  const before = inodes();
  await first.look();
  await place.make().look();
  assert.deepEqual(inodes(), before);
});

test('another launcher takes the place of one that runs, which goes on', async () => {
  using place = setUp();
  copyFileSync('/bin/sleep', place.launcher);
  await place.make().look();
  const running = spawn(place.installed, ['60']);
  await once(running, 'spawn');
  writeFileSync(place.launcher, '#!/bin/sh\necho second\n');
  await place.make().look();
  assert.equal(execFileSync(place.installed, { encoding: 'utf8' }), 'second\n');
  assert.equal(running.exitCode, null);
  running.kill();
  assert.deepEqual((await once(running, 'exit'))[1], 'SIGTERM');
});

test('what is removed, spoiled or made not executable comes back with the next look', async () => {
  using place = setUp();
  const installation = place.make();
  await installation.look();
  const right = readFileSync(place.installed, 'utf8');
  rmSync(place.installed);
  rmSync(place.conflist);
  await installation.look();
  assert.equal(readFileSync(place.conflist, 'utf8'), renderConflist());
  for (const spoil of [
    () => writeFileSync(place.installed, 'X'.repeat(right.length)),
    () => chmodSync(place.installed, 0o644),
    () => rmSync(place.installed),
  ]) {
    spoil();
    await installation.look();
    assert.equal(readFileSync(place.installed, 'utf8'), right);
    assert.equal(statSync(place.installed).mode & 0o777, 0o755);
  }
});

test('a list of an earlier peer is replaced once the peer is ready, not before', async () => {
  using place = setUp();
  writeFileSync(place.conflist, renderConflist(0));
  place.state.isReady = false;
  const installation = place.make();
  await installation.look();
  assert.equal(readFileSync(place.conflist, 'utf8'), renderConflist(0));
  place.state.isReady = true;
  await installation.look();
  assert.equal(readFileSync(place.conflist, 'utf8'), renderConflist());
});

test('a list that a person changed and one of a later version stay, and are told', async () => {
  using place = setUp();
  for (const [text, told] of [
    [renderConflist().replace('"weft"\n', '"weft", "debug": true\n'), /somebody else/],
    [renderConflist(1000), /a later version/],
    ['x'.repeat(100_000), /somebody else/],
  ] as const) {
    writeFileSync(place.conflist, text);
    const installation = place.make();
    await installation.look();
    assert.equal(readFileSync(place.conflist, 'utf8'), text);
    assert.match(installation.problems().join(), told);
  }
});

test('a list of somebody else that comes before ours is told, for as long as it is there', async () => {
  using place = setUp();
  const rival = join(place.conf, '05-cilium.conflist');
  writeFileSync(rival, '{}');
  const installation = place.make();
  await installation.look();
  assert.match(
    installation.problems().join(),
    /05-cilium\.conflist comes before 10-weft\.conflist.*remove it/,
  );
  assert.ok(existsSync(place.conflist), 'ours is there for when it is gone');
  rmSync(rival);
  await installation.look();
  assert.deepEqual(installation.problems(), []);
});

test('what a crash left half written is removed, and a link in its place is not followed', async () => {
  using place = setUp();
  const victim = join(place.bin, 'victim');
  writeFileSync(victim, 'untouched');
  symlinkSync(victim, join(place.bin, '.weft.unfinished'));
  writeFileSync(join(place.conf, `.${CONFLIST}.unfinished`), '{"half');
  await place.make().look();
  assert.equal(readFileSync(victim, 'utf8'), 'untouched');
  assert.deepEqual(readdirSync(place.bin).sort(), ['victim', 'weft']);
  assert.deepEqual(readdirSync(place.conf), [CONFLIST]);
});

test('no list without a launcher: pods would fail instead of waiting', async () => {
  using place = setUp();
  rmSync(place.launcher);
  const installation = place.make();
  await installation.look();
  assert.deepEqual(readdirSync(place.conf), []);
  assert.match(installation.problems().join(), /the launcher can't be installed as .*ENOENT/);
  writeFileSync(place.launcher, 'x');
  await installation.look();
  assert.deepEqual(readdirSync(place.conf), [CONFLIST]);
  assert.deepEqual(installation.problems(), []);
});

test('a directory that is not there, or in whose place is something else, is told with the reason', async () => {
  using place = setUp();
  rmSync(place.conf, { recursive: true });
  rmSync(place.bin, { recursive: true });
  writeFileSync(place.bin, 'a file');
  const installation = place.make();
  await installation.look();
  const [launcher = '', conflist = ''] = installation.problems();
  assert.match(launcher, /ENOTDIR/);
  assert.match(conflist, /ENOENT.*Make what is missing/);
});

test('it looks by itself until it is stopped, and leaves everything in its place', async () => {
  using place = setUp();
  place.state.isReady = false;
  const installation = place.make();
  installation.start();
  await eventuallyTrue('the launcher is there', () => existsSync(place.installed));
  assert.equal(existsSync(place.conflist), false);
  place.state.isReady = true;
  await eventuallyTrue('the list is there', () => existsSync(place.conflist));
  await installation.stop();
  assert.deepEqual(readdirSync(place.conf), [CONFLIST]);
});
