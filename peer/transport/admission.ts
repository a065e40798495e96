/**
 * Who may begin a handshake, by nothing but the address that it comes from: pods never, others at a
 * bounded rate; and whom it competes with. Members are known by where they are reached or have
 * proved themselves from, so strangers are in the way of strangers only, and of the one member whose
 * address they come from: pods are masqueraded to that of their node. Members' addresses have a rate
 * of their own for that, and who proves itself gets back what it took of it.
 */
import { BoundedMap } from '../bounded-map.ts';
import { type Address, type Cidr, containsAddress, formatAddress } from '../ipam/cidr.ts';
import { endpointKey } from '../mesh/endpoint-key.ts';
import type { Endpoint } from '../mesh/record.ts';
import { AddressRate } from './address-rate.ts';
import {
  ADDRESSES_MAX,
  ADDRESS_RATE,
  GIVEN_BACK_RATE,
  MEMBER_ADDRESSES_MAX,
  MEMBER_ADDRESSES_READ_MS,
  MEMBER_ADDRESS_RATE,
  NEWCOMER_RATE,
} from './limits.ts';
import type { Visitor } from './places.ts';
import type { RefusalReason } from './refusal.ts';
import { addressGroup, networkGroup } from './remote.ts';

/** A newcomer's address was not here lately; whoever is neither member nor newcomer is tried last. */
export type Origin = 'member' | 'newcomer' | 'other';

export type Admitted = { readonly visitor: Visitor; readonly origin: Origin };

export interface AdmissionOptions {
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Where known members are reached. Read once a second at most. */
  readonly memberAddresses?: (() => Iterable<Address>) | undefined;
  /** The pods' addresses. No peer is reached there. */
  readonly universe?: readonly Cidr[] | undefined;
}

export class Admission {
  readonly #options: AdmissionOptions;
  readonly #rate = new AddressRate(ADDRESS_RATE);
  readonly #ofMembers = new AddressRate(MEMBER_ADDRESS_RATE);
  readonly #givenBack = new AddressRate(GIVEN_BACK_RATE);
  readonly #newcomers = new AddressRate(NEWCOMER_RATE);
  /** Also of members that nobody can dial: no record tells from where they come. */
  readonly #proven = new BoundedMap<string, true>(ADDRESSES_MAX);
  #members: ReadonlySet<string> = new Set();
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** The visitor, or why it is refused. */
  look(from: Endpoint): Admitted | RefusalReason {
    const { universe = [], now } = this.#options;
    if (universe.some((range) => containsAddress(range, from.address))) return 'pod-address';
    const { isMember, address, rate } = this.#rateOf(from.address);
    if (!rate.allows(now(), address)) return 'too-many-connections';
    const visitor = { key: endpointKey(from), address, network: networkGroup(from.address) };
    if (isMember) return { visitor, origin: 'member' };
    return { visitor, origin: this.#newcomers.allows(now(), address) ? 'newcomer' : 'other' };
  }

  /** Whoever dialled us from there has proved itself: what it took of the rate is there again. */
  giveBack(from: Address): void {
    const { address, rate } = this.#rateOf(from);
    if (this.#givenBack.allows(this.#options.now(), address)) rate.giveBack(address);
  }

  /** A member has proved itself from there. */
  proven(address: Address): void {
    this.#proven.set(formatAddress(address), true);
  }

  #rateOf(from: Address) {
    const isMember = this.#isMembers(from);
    // Members of one IPv6 link are many, and each is known by its own address.
    const address = isMember ? formatAddress(from) : addressGroup(from);
    return { isMember, address, rate: isMember ? this.#ofMembers : this.#rate };
  }

  #isMembers(address: Address): boolean {
    const text = formatAddress(address);
    return this.#proven.has(text) || this.#membersNow().has(text);
  }

  /** Read anew when there is somebody to look up, so no change has to be told. */
  #membersNow(): ReadonlySet<string> {
    const { now, memberAddresses } = this.#options;
    if (memberAddresses === undefined || now() < this.#readAt + MEMBER_ADDRESSES_READ_MS)
      return this.#members;
    this.#readAt = now();
    const members = new Set<string>();
    for (const address of memberAddresses()) {
      if (members.size < MEMBER_ADDRESSES_MAX) members.add(formatAddress(address));
    }
    this.#members = members;
    return members;
  }
}
