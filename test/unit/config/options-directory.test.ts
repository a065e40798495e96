/** Options that come in files, as a mounted ConfigMap has them: which count, and what is refused. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, it } from 'node:test';
import { readConfig } from '#peer/config/config.ts';

const KEY = { WEFT_PASSWORD: 'a key for the tests' };

/** A directory with these files, which goes with the test. */
function createDirectory(t: TestContext, files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'weft-options-'));
  t.after(() => rmSync(directory, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return directory;
}

it('a file gives the option that it is named for, without the end of its line', (t) => {
  const directory = createDirectory(t, { mtu: '1400\n', vni: '7' });
  const config = readConfig([`--options-dir=${directory}`], KEY);
  assert.deepEqual([config.mtu, config.vni], [1400, 7]);
});

it('a flag and a variable, also under its alias, win over a file', (t) => {
  const directory = createDirectory(t, { mtu: '1400', vni: '7' });
  const args = [`--options-dir=${directory}`, '--vni=8'];
  const config = readConfig(args, { ...KEY, WEAVE_MTU: '1500' });
  assert.deepEqual([config.mtu, config.vni], [1500, 8]);
});

it('an empty file gives nothing', (t) => {
  const directory = createDirectory(t, { mtu: ' \n' });
  assert.equal(readConfig([`--options-dir=${directory}`], KEY).mtu, 0);
});

it('links are followed, and names that begin with a dot are not looked at', (t) => {
  const directory = createDirectory(t, {});
  mkdirSync(join(directory, '..2026'));
  writeFileSync(join(directory, '..2026', 'mtu'), '1400');
  symlinkSync('..2026', join(directory, '..data'));
  symlinkSync('..data/mtu', join(directory, 'mtu'));
  assert.equal(readConfig([`--options-dir=${directory}`], KEY).mtu, 1400);
});

it('the directory itself may come from the environment', (t) => {
  const directory = createDirectory(t, { mtu: '1400' });
  assert.equal(readConfig([], { ...KEY, WEFT_OPTIONS_DIR: directory }).mtu, 1400);
});

it('an unknown name is refused with the nearest that is known', (t) => {
  const directory = createDirectory(t, { univers: '10.0.0.0/8' });
  assert.throws(() => readConfig([`--options-dir=${directory}`], KEY), {
    name: 'ConfigError',
    message: `${directory}/univers: "univers" is no option of weft peer: did you mean universe?`,
  });
});

it('a malformed value is refused with the file that has it', (t) => {
  const directory = createDirectory(t, { mtu: '9' });
  assert.throws(() => readConfig([`--options-dir=${directory}`], KEY), {
    message: `${directory}/mtu: "9" is no whole number from 1280 to 65485`,
  });
});

it('what is of one node, or says where options come from, is refused there and belongs elsewhere', (t) => {
  const ofNode = [
    ['name', 'address', 'http-address', 'state-dir', 'cni-socket', 'cni-queue', 'cni-bin-dir'],
    ['cni-conf-dir', 'sysctl-dir', 'service-account-dir', 'kubernetes', 'options-dir'],
  ].flat();
  for (const name of ofNode) {
    const directory = createDirectory(t, { [name]: '/x' });
    assert.throws(() => readConfig([`--options-dir=${directory}`], KEY), {
      name: 'ConfigError',
      message:
        `${directory}/${name}: this option is of one node and can't be given in a directory that ` +
        `all share: take it out, and give --${name} or WEFT_${name.toUpperCase().replaceAll('-', '_')} ` +
        'instead (on Kubernetes in args or env of the DaemonSet)',
    });
  }
});

it('a password is refused there, because anybody may read the directory', (t) => {
  const directory = createDirectory(t, { password: 'a key for the tests' });
  assert.throws(() => readConfig([`--options-dir=${directory}`], KEY), {
    message:
      `${directory}/password: a secret can't be given in a directory that others read: take it ` +
      'out, and give WEFT_PASSWORD instead',
  });
});

it('a directory that is not there, a folder in it and a huge file are refused by their path', (t) => {
  const missing = '/nonexistent/options';
  assert.throws(() => readConfig([`--options-dir=${missing}`], KEY), {
    message: /^\/nonexistent\/options can't be read/,
  });
  const directory = createDirectory(t, { vni: '1'.repeat(65 * 1024) });
  assert.throws(() => readConfig([`--options-dir=${directory}`], KEY), {
    message: /vni can't be read \(it has 66560 bytes, and 65536 are the most\)/,
  });
  rmSync(join(directory, 'vni'));
  mkdirSync(join(directory, 'mtu'));
  assert.throws(() => readConfig([`--options-dir=${directory}`], KEY), {
    message: /mtu can't be read \(it is no file\)/,
  });
});
