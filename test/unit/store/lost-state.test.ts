/** What of a lost state is of use yet: whose attachments were whose, and why it is lost. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Attachment } from '#peer/ipam/attachment.ts';
import { formatAddress } from '#peer/ipam/cidr.ts';
import { parseAddress } from '#peer/ipam/parse.ts';
import { readLostAttachments } from '#peer/store/lost-state.ts';
import { change, makeDirectory, makeMember, open } from './opened-store.ts';

/** As the plugin of a pod `name` asks for it. */
function podOf(name: string) {
  return {
    key: { containerId: name, interfaceName: 'eth0' },
    hostInterface: `weft-${name}`,
    podMac: () => '02:00:00:00:00:01',
    podName: `default/${name}`,
  };
}

test('the attachments of lost states can be read, the newest first', (t) => {
  const directory = makeDirectory(t);
  for (const [n, pod] of ['one', 'two'].entries()) {
    const store = open(directory, { nodeName: `other-${n}` });
    const { ipam, commit } = makeMember(store);
    commit(ipam.allocate(0, podOf(pod)));
    store.close();
  }
  assert.deepEqual(containersOf(directory), ['one']);
  open(directory).close();
  assert.deepEqual(containersOf(directory), ['two', 'one']);
  const [, one] = readLostAttachments(directory);
  assert.deepEqual(one?.addresses.map(formatAddress), ['10.32.0.1', 'fd00::1']);
});

test('a lost state that can’t be read tells of nobody', (t) => {
  const directory = makeDirectory(t);
  const store = open(directory);
  const { ipam, commit } = makeMember(store);
  commit(ipam.allocate(0, podOf('one')));
  store.close();
  writeFileSync(join(directory, 'state', 'state.sqlite'), 'x'.repeat(20_000));
  open(directory).close();
  mkdirSync(join(directory, 'state.lost-7'));
  assert.deepEqual(containersOf(directory), []);
});

function containersOf(directory: string): readonly string[] {
  return readLostAttachments(directory).map(({ containerId }) => containerId);
}

function attachment(n: number): Attachment {
  return {
    ...podOf(`pod-${n}`).key,
    addresses: [parseAddress(`10.32.7.${n}`), parseAddress(`fd00::${n}`)],
    hostInterface: `weft-${n}`,
    podMac: '0a:58:0a:20:07:01',
    podName: '',
  };
}

test('carried-over attachments and their rest outlive an identity that was not registered', (t) => {
  const directory = makeDirectory(t);
  const first = open(directory);
  first.commit([
    { type: 'add-attachment', attachment: attachment(1) },
    { type: 'add-attachment', attachment: attachment(2) },
    { type: 'remove-attachment', key: attachment(2) },
  ]);
  const before = first.load();
  first.close();
  const second = open(directory);
  assert.notEqual(second.identity.peer, first.identity.peer);
  assert.deepEqual(second.load(), before);
  assert.deepEqual(before.attachments, [attachment(1)]);
  assert.equal(before.resting.length, 2);
  second.close();
});

test('a fenced identity is not used again, and its reason is told', (t) => {
  const directory = makeDirectory(t);
  const first = open(directory);
  makeMember(first);
  first.commit([{ type: 'set-fenced', reason: 'another machine runs with a copy of this disk' }]);
  first.commit([{ type: 'set-fenced', reason: 'this disk is an older copy' }]);
  first.close();
  const second = open(directory);
  assert.match(second.lost ?? '', /must not be used again: this disk is an older copy; it lies in/);
  assert.notEqual(second.identity.peer, first.identity.peer);
  makeMember(second);
  second.close();
  const third = open(directory);
  assert.equal(third.lost, undefined);
  assert.equal(third.identity.peer, second.identity.peer);
  third.close();
});

test('a state that earlier versions wrote has no fence, and can be fenced', (t) => {
  const directory = makeDirectory(t);
  const first = open(directory);
  makeMember(first);
  first.close();
  change(join(directory, 'state', 'state.sqlite'), 'DROP TABLE fence');
  const second = open(directory);
  assert.equal(second.identity.peer, first.identity.peer);
  second.commit([{ type: 'set-fenced', reason: 'of a test' }]);
  second.close();
  const third = open(directory);
  assert.match(third.lost ?? '', /of a test/);
  third.close();
});
