/** What has to be the same on every peer, and where the cluster's keys come from. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { configDigest, readClusterKeys } from '#peer/config/cluster-config.ts';
import { parseConfig } from '#peer/config/config.ts';
import { PLAIN_KEYS, parseClusterKeys } from '#peer/transport/cluster-keys.ts';

const PASSWORD = 'a key for the tests';

function digestOf(...args: readonly string[]): Uint8Array {
  return configDigest(parseConfig(args, { WEFT_PASSWORD: PASSWORD }));
}

describe('the digest of the configuration', () => {
  it('has 16 bytes, and is the same where only what is local differs', () => {
    const local = ['--name=a', '--address=192.0.2.1', '--mtu=1400', '--state-dir=/a'];
    assert.equal(digestOf().length, 16);
    assert.deepEqual(
      digestOf(...local, '--connection-limit=30', '--join=192.0.2.9', '--seeds=192.0.2.8'),
      digestOf('--seeds=192.0.2.8'),
    );
  });

  it('does not depend on the order in which the ranges are given', () => {
    const [one, other] = ['10.0.0.0/8,fd00::/48', 'fd00::/48,10.0.0.0/8'];
    assert.deepEqual(digestOf(`--universe=${one}`), digestOf(`--universe=${other}`));
  });

  const seeds = '192.0.2.1,192.0.2.2,192.0.2.3';
  for (const [what, changed, from] of [
    ['universe', '--universe=10.64.0.0/12', '--universe=10.32.0.0/12'],
    ['VNI', '--vni=7', '--vni=6784'],
    ['list of seeds', `--seeds=${seeds}`, '--seeds=192.0.2.1'],
    ['order of the seeds', `--seeds=${seeds}`, '--seeds=192.0.2.2,192.0.2.1,192.0.2.3'],
    ['port of a seed', '--seeds=192.0.2.1:7000', '--seeds=192.0.2.1'],
  ] as const) {
    it(`is another one with another ${what}`, () => {
      assert.notDeepEqual(digestOf(changed), digestOf(from));
    });
  }
});

describe('the cluster keys', () => {
  it('are read from their file', (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'weft-key-'));
    t.after(() => rmSync(directory, { recursive: true }));
    const file = join(directory, 'key');
    writeFileSync(file, `${PASSWORD}\n`);
    const keys = readClusterKeys(parseConfig(['--key-file', file], {}));
    assert.deepEqual(keys, parseClusterKeys(PASSWORD, 'test'));
    writeFileSync(file, '\n');
    assert.throws(() => readClusterKeys(parseConfig(['--key-file', file], {})), {
      name: 'ClusterKeyError',
      message: `${file} has no key: one a line is expected`,
    });
  });

  it('of a file that is not there are an error that names it', () => {
    const config = parseConfig(['--key-file', '/nowhere/key'], {});
    assert.throws(() => readClusterKeys(config), /ENOENT.*\/nowhere\/key/);
  });

  it('are a password, the same as in a file, or a short one refused by its name', () => {
    const keys = readClusterKeys(parseConfig([], { WEFT_PASSWORD: PASSWORD }));
    assert.deepEqual(keys, parseClusterKeys(PASSWORD, 'test'));
    const short = parseConfig([], { WEFT_PASSWORD: 'short' });
    assert.throws(() => readClusterKeys(short), /key 1 of WEFT_PASSWORD has 5 characters/);
  });

  it('of plain mode prove nothing', () => {
    assert.equal(readClusterKeys(parseConfig(['--plain'], {})), PLAIN_KEYS);
  });
});
