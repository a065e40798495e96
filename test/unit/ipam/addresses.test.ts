/** Attachments whose addresses lie outside of the holding: carried over from a state that was lost. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REST_MS } from '#peer/ipam/allocator.ts';
import { Addresses } from '#peer/ipam/addresses.ts';
import { type Attachment, foundKey } from '#peer/ipam/attachment.ts';
import { formatAddress } from '#peer/ipam/cidr.ts';
import { EMPTY_DURABLE } from '#peer/ipam/durable.ts';
import { describeDamage } from '#peer/ipam/durable-check.ts';
import { parseAddress, parseCidr } from '#peer/ipam/parse.ts';
import { requestOf } from './builders.ts';

const UNIVERSE = parseCidr('10.32.0.0/24');
const HELD = parseCidr('10.32.0.0/28');
const AROUND = parseCidr('10.32.0.16/28');

function carried(address: string, key = requestOf(1).key): Attachment {
  const { hostInterface, podName } = requestOf(1);
  return {
    ...key,
    addresses: [parseAddress(address)],
    hostInterface,
    podMac: '0a:58:0a:20:00:10',
    podName,
  };
}

function open(attachments: readonly Attachment[]): Addresses {
  const durable = { ...EMPTY_DURABLE, attachments };
  assert.equal(describeDamage(durable), undefined);
  return new Addresses({ universe: [UNIVERSE], held: [HELD], durable, now: 0 });
}

let asked = 100;

/** The addresses of new attachments until there are none left. */
function allocateAll(addresses: Addresses, now: number): readonly string[] {
  const out: string[] = [];
  for (;;) {
    const outcome = addresses.allocate(now, requestOf(asked++));
    if (outcome.type !== 'allocated') return out;
    out.push(...outcome.attachment.addresses.map(formatAddress));
  }
}

test('a carried-over address is nobody else’s, before and after a block around it is held', () => {
  const pod = carried('10.32.0.16');
  const addresses = open([pod]);
  assert.deepEqual(addresses.carriedOver(), [pod]);
  assert.equal(addresses.freeCount(4), 15n);
  assert.equal(allocateAll(addresses, 0).length, 15);

  addresses.setHeld([HELD, AROUND]);
  assert.deepEqual(addresses.carriedOver(), []);
  assert.deepEqual(addresses.attachments()[0], pod);
  assert.equal(addresses.freeCount(4), 15n);
  assert.ok(addresses.taken(4, 0).includes(AROUND.address));
  const given = allocateAll(addresses, 0);
  assert.equal(given.length, 15);
  assert.ok(!given.includes('10.32.0.16'));
});

test('a carried-over attachment is released as any other, and its address rests', () => {
  const pod = carried('10.32.0.16');
  const addresses = open([pod]);
  assert.deepEqual(addresses.release(7, pod), {
    type: 'released',
    attachment: pod,
    writes: [{ type: 'remove-attachment', key: pod }],
  });
  assert.equal(addresses.freeCount(4), 15n);
  addresses.setHeld([AROUND]);
  const early = allocateAll(addresses, 6 + REST_MS);
  assert.equal(early.at(-1), '10.32.0.16');
  assert.equal(early.length, 16);
});

test('an attachment that was found by its interface takes the name of who asks for it', () => {
  const { hostInterface } = requestOf(1);
  const found = carried('10.32.0.16', foundKey(hostInterface));
  const addresses = open([found]);
  const outcome = addresses.allocate(0, requestOf(1));
  const named = { ...found, ...requestOf(1).key };
  assert.deepEqual(outcome, {
    type: 'allocated',
    attachment: named,
    writes: [
      { type: 'remove-attachment', key: foundKey(hostInterface) },
      { type: 'add-attachment', attachment: named },
    ],
  });
  assert.deepEqual(addresses.attachments(), [named]);
  assert.deepEqual(addresses.allocate(0, requestOf(1)), { type: 'exists', attachment: named });
});
