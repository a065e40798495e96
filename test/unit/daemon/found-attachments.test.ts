/** Which pods run here that the state doesn't know, and what becomes of those that it knows wrongly. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Search, findAttachments } from '#peer/daemon/found-attachments.ts';
import type { Attachment } from '#peer/ipam/attachment.ts';
import type { Address } from '#peer/ipam/cidr.ts';
import { parseAddress, parseCidr } from '#peer/ipam/parse.ts';
import type { HostEnd } from '#peer/kernel/host-ends.ts';

const MAC = '0a:58:0a:20:00:05';
const UNIVERSE = [parseCidr('10.32.0.0/16'), parseCidr('fd00::/64')];

function end(name: string, addresses: readonly string[], alias = ''): HostEnd {
  return { name, alias, addresses: addresses.map(parseAddress), podMac: MAC };
}

/** The attachment of a container whose host interface is `weft-<container>`. */
function attachment(containerId: string, addresses: readonly string[]): Attachment {
  return {
    containerId,
    interfaceName: 'eth0',
    addresses: addresses.map(parseAddress),
    hostInterface: `weft-${containerId}`,
    podMac: MAC,
    podName: `default/${containerId}`,
  };
}

function nameless(hostInterface: string, addresses: readonly Address[], podName = ''): Attachment {
  const key = { containerId: '', interfaceName: hostInterface };
  return { ...key, addresses, hostInterface, podMac: MAC, podName };
}

function find(search: Partial<Search>) {
  return findAttachments({
    ends: [],
    known: [],
    vtep: [],
    universe: UNIVERSE,
    hints: () => [],
    ...search,
  });
}

describe('the end of a pod that the state does not know', () => {
  it('is an attachment under the name that a hint tells, with the addresses of the kernel', () => {
    const hint = attachment('a', ['10.32.0.9', 'fd00::9']);
    const { writes, attachments } = find({
      ends: [end('weft-a', ['10.32.0.5'])],
      hints: () => [hint, attachment('a', ['10.32.0.7'])],
    });
    const expected = { ...hint, addresses: [parseAddress('10.32.0.5'), parseAddress('fd00::9')] };
    assert.deepEqual(attachments, [expected]);
    assert.deepEqual(writes, [{ type: 'add-attachment', attachment: expected }]);
  });

  it('is one under the name of its interface when nobody tells another', () => {
    const { attachments } = find({ ends: [end('weft-a', ['10.32.0.5'], 'default/web')] });
    const expected = nameless('weft-a', [parseAddress('10.32.0.5')], 'default/web');
    assert.deepEqual(attachments, [expected]);
  });

  it('has the MAC that follows from its addresses when no neighbour entry has one', () => {
    const { attachments } = find({
      ends: [{ ...end('weft-a', ['10.32.1.2']), podMac: undefined }],
    });
    assert.equal(attachments[0]?.podMac, '0a:58:0a:20:01:02');
  });

  it('is nothing without an address of the universe: that ADD was cut off, or it is not ours', () => {
    const ends = [
      end('weft-a', []),
      end('weft-b', ['192.0.2.1']),
      end('weft-c', ['10.32.0.0']),
      end('weft-d', ['10.32.255.255']),
    ];
    assert.deepEqual(find({ ends }), { writes: [], attachments: [], refused: [] });
  });

  it('takes the place of an attachment with its address whose own end is gone', () => {
    const [gone, stays] = [attachment('gone', ['10.32.0.5']), attachment('b', ['10.32.0.6'])];
    const { writes, refused } = find({
      ends: [end('weft-a', ['10.32.0.5']), end('weft-b', ['10.32.0.6'])],
      known: [gone, stays],
    });
    const found = nameless('weft-a', [parseAddress('10.32.0.5')]);
    assert.deepEqual(writes, [
      { type: 'remove-attachment', key: gone },
      { type: 'add-attachment', attachment: found },
    ]);
    assert.deepEqual(refused, []);
  });

  it('is refused, and told, when its address has another end, or this peer', () => {
    const { writes, refused } = find({
      ends: [
        end('weft-a', ['10.32.0.5']),
        end('weft-b', ['10.32.0.5']),
        end('weft-c', ['10.32.0.6']),
        end('weft-d', ['10.32.0.1']),
      ],
      known: [attachment('c', ['10.32.0.6', 'fd00::6'])],
      vtep: [parseAddress('10.32.0.1')],
    });
    assert.equal(writes.length, 1);
    assert.deepEqual(refused, [
      'weft-b in the kernel has an address that weft-a has, too',
      'weft-d in the kernel has an address that this peer itself has, too',
    ]);
  });
});

describe('the end of a pod that the state knows', () => {
  it('is asked nothing more about', () => {
    const known = [attachment('a', ['10.32.0.5', 'fd00::5'])];
    const hints = (): never => assert.fail(`hints are asked for: ${known.length}`);
    for (const addresses of [[], ['10.32.0.5'], ['10.32.0.5', 'fd00::5']])
      assert.deepEqual(find({ ends: [end('weft-a', addresses)], known, hints }).writes, []);
  });

  it('is known anew with another address: of a later pod than that of an older copy', () => {
    const older = attachment('a', ['10.32.0.5']);
    const { writes } = find({
      ends: [end('weft-a', ['10.32.0.8'])],
      known: [older],
      hints: () => [older],
    });
    assert.deepEqual(writes, [
      { type: 'remove-attachment', key: older },
      { type: 'add-attachment', attachment: attachment('a', ['10.32.0.8']) },
    ]);
  });
});

it('attachments of the state that have no end stay: their pods are gone, and their DELs will come', () => {
  const known = [attachment('a', ['10.32.0.5'])];
  assert.deepEqual(find({ ends: [end('weft-b', ['10.32.0.6'])], known }).writes.length, 1);
});

it('of two hints of one key the second interface goes by its own name', () => {
  const [one, two] = [attachment('a', ['10.32.0.5']), attachment('a', ['10.32.0.6'])];
  const { attachments } = find({
    ends: [end('weft-a', ['10.32.0.5']), end('weft-z', ['10.32.0.6'])],
    hints: () => [one, { ...two, hostInterface: 'weft-z' }],
  });
  assert.deepEqual(
    attachments.map(({ containerId, interfaceName }) => `${containerId} ${interfaceName}`),
    ['a eth0', ' weft-z'],
  );
});
