/**
 * Peers that refused us when we dialled them: the operator of this peer is the one who can mend it,
 * so the reason is in its log, once for as long as it stays the same. We dial again and again.
 */
import type { Logger } from 'pino';
import { BoundedMap } from '../bounded-map.ts';
import type { Counters } from '../counters.ts';
import { type Address, equalAddresses } from '../ipam/cidr.ts';
import { endpointKey } from '../mesh/endpoint-key.ts';
import type { Endpoint } from '../mesh/record.ts';
import { TURNED_AWAY_MAX, TURNED_AWAY_MS } from './limits.ts';

/** In the words of the other end. */
interface Refused {
  readonly endpoint: Endpoint;
  readonly reason: string;
  readonly detail: string;
}

export interface TurnedAwayOptions {
  readonly counters: Counters;
  readonly log: Logger;
  readonly now: () => number;
}

export class TurnedAway {
  readonly #counters: Counters;
  readonly #log: Logger;
  readonly #now: () => number;
  /** The last reason, by endpoint. */
  readonly #reasons = new BoundedMap<string, Refused & { readonly at: number }>(TURNED_AWAY_MAX);

  constructor({ counters, log, now }: TurnedAwayOptions) {
    this.#counters = counters;
    this.#now = now;
    this.#log = log;
  }

  /** The peer at the endpoint refused us; reason and detail are in its words. */
  add({ endpoint, reason, detail }: Refused): void {
    const by = endpointKey(endpoint);
    const isNews = this.#reasons.get(by)?.reason !== reason;
    this.#reasons.set(by, { endpoint, reason, detail, at: this.#now() });
    this.#counters.add('turned-away');
    this.#log[isNews ? 'warn' : 'debug']({ reason, detail, by }, 'a peer refused us');
  }

  /** Who refuses us now, and why: a sentence each. Who is dialled no more refuses no more. */
  problems(): readonly string[] {
    const since = this.#now() - TURNED_AWAY_MS;
    return [...this.#reasons.entries()]
      .filter(([, { at }]) => at > since)
      .map(([by, { reason, detail }]) => `the peer at ${by} refuses us: ${reason} (${detail})`);
  }

  /**
   * There is a link with a peer at this address. One that dialled us comes from a port of no
   * meaning, and one that refused us never said who it is, so the address is what both have in
   * common: it is a peer's own, as its VXLAN port is.
   */
  forget(address: Address): void {
    for (const [by, { endpoint }] of this.#reasons.entries()) {
      if (equalAddresses(endpoint.address, address)) this.#reasons.delete(by);
    }
  }
}
