/**
 * Who may begin a handshake, by nothing but the address that it comes from: pods never, others at a
 * bounded rate; and whom it competes with. Members are known by where they are reached or have
 * proved themselves from, so strangers are in the way of strangers only.
 */
import { BoundedMap } from '../bounded-map.ts';
import { type Address, type Cidr, containsAddress, formatAddress } from '../ipam/cidr.ts';
import { endpointKey } from '../mesh/endpoint-key.ts';
import type { Endpoint } from '../mesh/record.ts';
import { AddressRate } from './address-rate.ts';
import {
  ADDRESSES_MAX,
  ADDRESS_RATE,
  MEMBER_ADDRESSES_MAX,
  MEMBER_ADDRESSES_READ_MS,
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
    const isMember = this.#isMembers(from.address);
    // Members of one IPv6 link are many, and each is known by its own address.
    const address = isMember ? formatAddress(from.address) : addressGroup(from.address);
    if (!this.#rate.allows(now(), address)) return 'too-many-connections';
    const visitor = { key: endpointKey(from), address, network: networkGroup(from.address) };
    if (isMember) return { visitor, origin: 'member' };
    return { visitor, origin: this.#newcomers.allows(now(), address) ? 'newcomer' : 'other' };
  }

  /** A member has proved itself from there. */
  proven(address: Address): void {
    this.#proven.set(formatAddress(address), true);
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
