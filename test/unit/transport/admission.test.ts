/** Who may begin a handshake, by its address alone. */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { parseAddress, parseCidr } from '#peer/ipam/parse.ts';
import { AddressRate } from '#peer/transport/address-rate.ts';
import { Admission, type AdmissionOptions } from '#peer/transport/admission.ts';
import {
  ADDRESSES_MAX,
  ADDRESS_RATE,
  GIVEN_BACK_RATE,
  MEMBER_ADDRESSES_MAX,
  MEMBER_ADDRESSES_READ_MS,
  MEMBER_ADDRESS_RATE,
  NEWCOMER_RATE,
} from '#peer/transport/limits.ts';
import { addressGroup, networkGroup, remoteEndpoint } from '#peer/transport/remote.ts';

describe('the rate of addresses', () => {
  it('is kept for each on its own', () => {
    const rate = new AddressRate(ADDRESS_RATE);
    for (let n = 0; n < ADDRESS_RATE.burst; n++) assert.ok(rate.allows(0, '192.0.2.1'));
    assert.equal(rate.allows(0, '192.0.2.1'), false);
    assert.equal(rate.allows(0, '192.0.2.2'), true);
  });

  it(`is kept for ${ADDRESSES_MAX}: who was away the longest is forgotten, and nobody pays for others`, () => {
    const rate = new AddressRate({ burst: 1, perSecond: 1 });
    for (let n = 0; n < ADDRESSES_MAX; n++) assert.ok(rate.allows(0, `known ${n}`));
    assert.equal(rate.allows(0, 'known 0'), false);
    assert.equal(rate.allows(0, 'new'), true);
    assert.equal(rate.allows(0, 'known 0'), false);
    assert.equal(rate.allows(0, 'known 1'), true);
  });
});

describe('an address', () => {
  it('is one of IPv4, or a /64 of IPv6; a network is a /24, or a /48', () => {
    const [ofAddress, ofNetwork] = [addressGroup, networkGroup].map(
      (group) => (text: string) => group(parseAddress(text)),
    );
    assert.ok(ofAddress !== undefined && ofNetwork !== undefined);
    assert.equal(ofAddress('fd00::1'), ofAddress('fd00::ffff:1'));
    assert.notEqual(ofAddress('fd00::1'), ofAddress('fd00:0:0:1::1'));
    assert.notEqual(ofAddress('192.0.2.1'), ofAddress('192.0.2.2'));
    assert.equal(ofNetwork('192.0.2.1'), ofNetwork('192.0.2.2'));
    assert.notEqual(ofNetwork('192.0.2.1'), ofNetwork('192.0.3.1'));
    assert.equal(ofNetwork('fd00::1'), ofNetwork('fd00:0:0:1::1'));
    assert.notEqual(ofNetwork('fd00::1'), ofNetwork('fd00:0:1::1'));
  });

  it('that is link-local is known by itself, without its interface', () => {
    const socket = { remoteAddress: 'fe80::1%eth0', remotePort: 7 } as Socket;
    assert.deepEqual(remoteEndpoint(socket), { address: parseAddress('fe80::1'), port: 7 });
  });
});

/** An admission at a time that the test sets, and where it says that a visitor is from. */
function openAdmission(options: Partial<AdmissionOptions> = {}) {
  const clock = { now: 0 };
  const admission = new Admission({ now: () => clock.now, ...options });
  const origin = (text: string): string => {
    const admitted = admission.look({ address: parseAddress(text), port: 1 });
    return typeof admitted === 'string' ? admitted : admitted.origin;
  };
  return { admission, clock, origin };
}

describe('a visitor', () => {
  it('is a newcomer at first, and again when it was away for a while', () => {
    const { clock, origin } = openAdmission();
    assert.deepEqual([origin('192.0.2.1'), origin('192.0.2.1')], ['newcomer', 'other']);
    assert.equal(origin('192.0.2.2'), 'newcomer');
    clock.now += 1_000 / NEWCOMER_RATE.perSecond;
    assert.equal(origin('192.0.2.1'), 'newcomer');
  });

  it('is a member where one is reached or has proved itself', () => {
    const { admission, origin } = openAdmission({
      memberAddresses: () => [parseAddress('192.0.2.1')],
    });
    assert.equal(origin('192.0.2.1'), 'member');
    admission.proven(parseAddress('192.0.2.2'));
    assert.equal(origin('192.0.2.2'), 'member');
    assert.equal(origin('192.0.2.3'), 'newcomer');
  });

  it('is told from others of its link where it is a member of IPv6', () => {
    const addresses = ['fd00::1', 'fd00::2'].map(parseAddress);
    const { admission } = openAdmission({ memberAddresses: () => addresses });
    const names = addresses.map((address) => {
      const admitted = admission.look({ address, port: 1 });
      return typeof admitted === 'string' ? admitted : admitted.visitor.address;
    });
    assert.deepEqual(names, ['fd00::1', 'fd00::2']);
  });

  it(`is looked up among ${MEMBER_ADDRESSES_MAX} addresses at most, read once in ${MEMBER_ADDRESSES_READ_MS} ms`, () => {
    let reads = 0;
    const [mebi, kibi] = [2 ** 16, 2 ** 8];
    const memberAddresses = function* () {
      reads++;
      for (let n = 0; n < 2 * MEMBER_ADDRESSES_MAX; n++)
        yield parseAddress(`10.${Math.floor(n / mebi)}.${Math.floor(n / kibi) % kibi}.${n % kibi}`);
    };
    const { clock, origin } = openAdmission({ memberAddresses });
    assert.deepEqual([origin('10.0.0.1'), origin('10.0.150.1')], ['member', 'newcomer']);
    assert.equal(reads, 1);
    clock.now += MEMBER_ADDRESSES_READ_MS;
    origin('10.0.0.1');
    assert.equal(reads, 2);
  });

  it('is refused when it comes from a pod, or too often', () => {
    const { origin } = openAdmission({ universe: [parseCidr('10.32.0.0/12')] });
    assert.equal(origin('10.47.255.255'), 'pod-address');
    for (let n = 0; n < ADDRESS_RATE.burst; n++) origin('10.48.0.0');
    assert.equal(origin('10.48.0.0'), 'too-many-connections');
  });
});

describe('a member whose pods dial from its address, too', () => {
  const address = parseAddress('192.0.2.1');
  const memberAddresses = () => [address];
  const perSecond = 50;

  it(`is let in whenever it dials, while they dial ${perSecond} times a second`, () => {
    const { clock, origin } = openAdmission({ memberAddresses });
    const dials: string[] = [];
    for (let n = 0; n < 60 * perSecond; n++) {
      clock.now += 1_000 / perSecond;
      origin('192.0.2.1');
      if (n % perSecond === 0) dials.push(origin('192.0.2.1'));
    }
    assert.deepEqual([...new Set(dials)], ['member']);
  });

  it('gets back what it took when it proves itself, at a bounded rate', () => {
    const { admission, origin } = openAdmission({ memberAddresses });
    for (let n = 0; n < MEMBER_ADDRESS_RATE.burst; n++) origin('192.0.2.1');
    for (let n = 0; n < GIVEN_BACK_RATE.burst; n++) {
      admission.giveBack(address);
      assert.equal(origin('192.0.2.1'), 'member');
    }
    admission.giveBack(address);
    assert.equal(origin('192.0.2.1'), 'too-many-connections');
  });

  it('has a rate apart from that of addresses without a member', () => {
    const { origin } = openAdmission({ memberAddresses });
    for (let n = 0; n < MEMBER_ADDRESS_RATE.burst; n++) assert.equal(origin('192.0.2.1'), 'member');
    assert.equal(origin('192.0.2.1'), 'too-many-connections');
    assert.equal(origin('192.0.2.2'), 'newcomer');
  });
});
