/** What the runtime's cache tells of whose interface is whose, and that damage costs only that file. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, describe, it } from 'node:test';
import { readCachedResults } from '#peer/cni/cached-results.ts';
import { formatAddress } from '#peer/ipam/cidr.ts';

const KEY = { containerId: 'a1b2', interfaceName: 'eth0' };

function cached(result: object, fields: object = {}): object {
  const { containerId, interfaceName } = KEY;
  const cniArgs = [
    ['IgnoreUnknown', '1'],
    ['K8S_POD_NAMESPACE', 'default'],
    ['K8S_POD_NAME', 'web'],
    ['K8S_POD_UID', 'x'],
  ];
  const kind = 'cniCacheV1';
  return {
    kind,
    containerId,
    ifName: interfaceName,
    networkName: 'weft',
    cniArgs,
    result,
    ...fields,
  };
}

const RESULT = cached({ ips: [{ address: 'fd00::5/128' }, { address: '10.32.0.5/32' }] });

function read(t: TestContext, files: Readonly<Record<string, string | object>>) {
  const directory = mkdtempSync(join(tmpdir(), 'weft-results-'));
  t.after(() => rmSync(directory, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    writeFileSync(join(directory, name), text);
  }
  return { directory, attachments: readCachedResults(directory) };
}

describe('a cached result', () => {
  it('tells container, interface, pod and addresses', (t) => {
    const { attachments } = read(t, { 'weft-a1b2-eth0': RESULT });
    const [found] = attachments;
    assert.equal(attachments.length, 1);
    assert.ok(found !== undefined);
    const { addresses, ...rest } = found;
    assert.deepEqual(addresses.map(formatAddress), ['10.32.0.5', 'fd00::5']);
    assert.deepEqual(rest, {
      ...KEY,
      hostInterface: 'weft-9cba233119',
      podMac: '0a:58:0a:20:00:05',
      podName: 'default/web',
    });
  });

  it('of the versions before 0.3.0 has its addresses elsewhere', (t) => {
    const old = cached({ ip4: { ip: '10.32.0.6/32' }, ip6: { ip: 'fd00::6/128' } });
    const { attachments } = read(t, { old });
    const addresses = attachments.flatMap((found) => found.addresses.map(formatAddress));
    assert.deepEqual(addresses, ['10.32.0.6', 'fd00::6']);
  });

  it('with a pod name that is none is read without it', (t) => {
    const odd = cached(
      { ips: [{ address: '10.32.0.6/32' }] },
      { cniArgs: [['K8S_POD_NAME', '/']] },
    );
    assert.deepEqual(
      read(t, { odd }).attachments.map(({ podName }) => podName),
      [''],
    );
  });
});

it('files that are damaged, foreign or too large are passed over', (t) => {
  const { directory } = read(t, {
    good: RESULT,
    cut: JSON.stringify(RESULT).slice(0, -5),
    empty: '',
    list: '[]',
    null: 'null',
    kind: cached({}, { kind: 'cniCacheV9' }),
    large: `${JSON.stringify(RESULT)}${' '.repeat(300_000)}`,
    nobody: cached({ ips: [{ address: '10.32.0.7/32' }] }, { containerId: '' }),
    path: cached({ ips: [{ address: '10.32.0.7/32' }] }, { ifName: '../eth0' }),
    nowhere: cached({ ips: [{ address: 'here' }, 7, null] }),
    without: cached({}, { result: null }),
  });
  mkdirSync(join(directory, 'directory'));
  symlinkSync('/nowhere', join(directory, 'dangling'));
  assert.deepEqual(
    readCachedResults(directory).map(({ containerId }) => containerId),
    [KEY.containerId],
  );
});

it('a directory that is not there has no results', () => {
  assert.deepEqual(readCachedResults('/nowhere/at/all'), []);
});
