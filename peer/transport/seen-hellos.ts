/** Hellos that were admitted lately, by their nonces: one that comes again is a recording. */
import { BoundedMap } from '../bounded-map.ts';
import { HELLOS_SEEN_MAX } from './limits.ts';

export class SeenHellos {
  readonly #nonces = new BoundedMap<string, true>(HELLOS_SEEN_MAX);

  has(nonce: Uint8Array): boolean {
    return this.#nonces.has(nonce.toHex());
  }

  /** Only of Hellos that were admitted: strangers must not make us forget. */
  add(nonce: Uint8Array): void {
    this.#nonces.set(nonce.toHex(), true);
  }
}
