/**
 * Handshakes that are not finished: how many there are, in all and of each address that dials us.
 * Those that we dial count in all only, so that strangers at a peer's address can't keep us from it.
 */
import { type Address, formatAddress } from '../ipam/cidr.ts';
import { HANDSHAKES_MAX, HANDSHAKES_PER_ADDRESS_MAX } from './limits.ts';
import type { RefusalReason } from './refusal.ts';

export class Handshakes {
  #count = 0;
  readonly #ofAddress = new Map<string, number>();

  /** Why one more from this address is not begun; undefined when there is room. */
  refusalFor(address: Address): RefusalReason | undefined {
    if (this.#count >= HANDSHAKES_MAX) return 'too-many-handshakes';
    const count = this.#ofAddress.get(formatAddress(address)) ?? 0;
    return count >= HANDSHAKES_PER_ADDRESS_MAX ? 'too-many-handshakes-of-address' : undefined;
  }

  /** `from` is who dials us; undefined when we dial. Returns what ends it, to be called once. */
  begin(from?: Address): () => void {
    const key = from === undefined ? undefined : formatAddress(from);
    this.#add(key, 1);
    return () => this.#add(key, -1);
  }

  #add(key: string | undefined, change: 1 | -1): void {
    this.#count += change;
    if (key === undefined) return;
    const count = (this.#ofAddress.get(key) ?? 0) + change;
    if (count > 0) this.#ofAddress.set(key, count);
    else this.#ofAddress.delete(key);
  }
}
