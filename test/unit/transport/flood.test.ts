/**
 * Strangers that come from hundreds of addresses as fast as each may, and hold every place that they
 * get, for as long as they may: simulated, in time that the test sets. Whoever has a key gets in.
 */
import assert from 'node:assert/strict';
import { type TestContext, it } from 'node:test';
import type { Address } from '#peer/ipam/cidr.ts';
import { parseAddress } from '#peer/ipam/parse.ts';
import { Admission } from '#peer/transport/admission.ts';
import { ADDRESS_RATE, NEWCOMER_RATE } from '#peer/transport/limits.ts';
import { Strangers } from '#peer/transport/strangers.ts';
import { FakeSocket } from './fake-socket.ts';

/** What a handshake takes across two regions. */
const HANDSHAKE_MS = 200;
/** Strangers come one after the other, so that there are new ones, and returning ones, at any time. */
const GATHERING_MS = 1_000 / NEWCOMER_RATE.perSecond;
const NEVER = Number.POSITIVE_INFINITY;

interface Dial {
  readonly address: Address;
  readonly socket: FakeSocket;
  readonly key: string;
  readonly provenAt: number;
}

/** A control port under a flood; its clock and its timers are the test's. */
class Flood {
  readonly #t: TestContext;
  readonly #admission: Admission;
  readonly #strangers = new Strangers(() => {});
  readonly #sources: readonly Address[];
  readonly #dials = new Set<Dial>();
  #now = 0;
  #tries = 0;
  #ports = 0;

  constructor(
    t: TestContext,
    { sources, members = [] }: { sources: readonly string[]; members?: readonly string[] },
  ) {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    this.#t = t;
    this.#sources = sources.map(parseAddress);
    const memberAddresses = members.map(parseAddress);
    this.#admission = new Admission({
      now: () => this.#now,
      memberAddresses: () => memberAddresses,
    });
    this.run(GATHERING_MS);
  }

  /** Lets so much time pass, in which each stranger comes as often as its rate lets it. */
  run(ms: number): void {
    const everyMs = 1_000 / ADDRESS_RATE.perSecond / this.#sources.length;
    for (const until = this.#now + ms; this.#now < until;) {
      this.#now += 1;
      this.#t.mock.timers.tick(1);
      for (; this.#tries * everyMs < this.#now; this.#tries++) this.#dialFrom(this.#stranger());
      this.#prove();
    }
  }

  /** Whether a handshake that is begun now ends with its proof. */
  letsIn(text: string): boolean {
    const dial = this.#dialFrom(parseAddress(text), HANDSHAKE_MS);
    this.run(HANDSHAKE_MS);
    const isThrough = dial !== undefined && !this.#dials.has(dial) && !dial.socket.destroyed;
    dial?.socket.destroy();
    return isThrough;
  }

  #stranger(): Address {
    const gathered = Math.min(1, this.#now / GATHERING_MS);
    const source = this.#sources[this.#tries % Math.ceil(gathered * this.#sources.length)];
    assert.ok(source !== undefined);
    return source;
  }

  #dialFrom(address: Address, handshakeMs = NEVER): Dial | undefined {
    const admitted = this.#admission.look({ address, port: this.#ports++ });
    if (typeof admitted === 'string') return undefined;
    const socket = new FakeSocket();
    this.#strangers.admit(admitted, socket.asSocket());
    const { key } = admitted.visitor;
    const dial = { address, socket, key, provenAt: this.#now + handshakeMs };
    if (handshakeMs !== NEVER) this.#dials.add(dial);
    return dial;
  }

  #prove(): void {
    for (const dial of this.#dials) {
      if (dial.provenAt > this.#now || dial.socket.destroyed) continue;
      this.#strangers.proven(dial.key);
      this.#dials.delete(dial);
    }
  }
}

/** The first so many addresses of each of so many /24s. */
function addressesOf(networks: number, each: number, prefix = '198.51'): readonly string[] {
  return Array.from(
    { length: networks * each },
    (_, n) => `${prefix}.${Math.floor(n / each)}.${(n % each) + 1}`,
  );
}

const ELSEWHERE = '203.0';
/** Not in step with anything in the flood. */
const BETWEEN_MS = 37;

function countLetIn(flood: Flood, addresses: readonly string[]): number {
  return addresses.filter((address) => {
    flood.run(BETWEEN_MS);
    return flood.letsIn(address);
  }).length;
}

it('members get in, each at its first dial, through a flood from 2,000 addresses', (t) => {
  const members = addressesOf(50, 1, ELSEWHERE);
  const flood = new Flood(t, { sources: addressesOf(200, 10), members });
  assert.equal(countLetIn(flood, members), members.length);
});

it('newcomers of the network that the flood comes from get in, at their first dial', (t) => {
  const flood = new Flood(t, { sources: addressesOf(1, 200) });
  const newcomers = Array.from({ length: 50 }, (_, n) => `198.51.0.${201 + n}`);
  assert.equal(countLetIn(flood, newcomers), newcomers.length);
});

it('newcomers get in at their first dial through a flood from 250 networks', (t) => {
  const flood = new Flood(t, { sources: addressesOf(250, 1) });
  const newcomers = addressesOf(50, 1, ELSEWHERE);
  assert.equal(countLetIn(flood, newcomers), newcomers.length);
});

it('newcomers of another network get in at their first dial through a flood from 2,000 addresses of ten', (t) => {
  const flood = new Flood(t, { sources: addressesOf(10, 200) });
  const newcomers = addressesOf(50, 1, ELSEWHERE);
  assert.equal(countLetIn(flood, newcomers), newcomers.length);
});
