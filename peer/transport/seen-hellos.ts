/** Hellos that were admitted lately, by their nonces: one that comes again is a recording. */
import { HELLOS_SEEN_MAX } from './limits.ts';

export class SeenHellos {
  readonly #nonces = new Set<string>();

  has(nonce: Uint8Array): boolean {
    return this.#nonces.has(nonce.toHex());
  }

  /** Only of Hellos that were admitted: strangers must not make us forget. */
  add(nonce: Uint8Array): void {
    this.#nonces.add(nonce.toHex());
    if (this.#nonces.size <= HELLOS_SEEN_MAX) return;
    const [oldest] = this.#nonces;
    if (oldest !== undefined) this.#nonces.delete(oldest);
  }
}
