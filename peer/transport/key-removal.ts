/**
 * What happens to links when a cluster key is taken away: those that were proved with it, by either
 * end, are made anew by whoever dialled them, and what is left of them after a while is ended. A new
 * link takes the place of the old one in the mesh, so who has the keys that are left loses nothing.
 */
import type { Endpoint } from '../mesh/record.ts';
import type { ClusterKeys } from './cluster-keys.ts';
import { REMOVED_KEY_GRACE_MS } from './limits.ts';

/** A link as far as this is concerned. */
export interface ProvedLink {
  /** Of the keys that either end proved itself with, as text. */
  readonly keyIds: readonly string[];
  /** Where it was dialled; undefined when the other end dialled. */
  readonly dialled: Endpoint | undefined;
}

export interface KeyRemovalOptions<L extends ProvedLink> {
  readonly keys: () => ClusterKeys;
  readonly links: () => Iterable<L>;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  readonly redial: (endpoint: Endpoint) => void;
  readonly end: (link: L) => void;
}

export class KeyRemoval<L extends ProvedLink> {
  readonly #options: KeyRemovalOptions<L>;
  /** Since when their key is known to be gone. */
  #since: ReadonlyMap<L, number> = new Map();

  constructor(options: KeyRemovalOptions<L>) {
    this.#options = options;
  }

  /** Compares links and keys as they are now: to be called again and again. */
  look(): void {
    const { links, now } = this.#options;
    const since = new Map<L, number>();
    for (const link of links()) {
      if (this.#isProvedByOurs(link)) continue;
      since.set(link, this.#since.get(link) ?? now());
    }
    this.#since = since;
    for (const [link, at] of since) this.#renew(link, now() - at);
  }

  #isProvedByOurs({ keyIds }: L): boolean {
    const ids = new Set(this.#options.keys().map(({ id }) => id.toHex()));
    return keyIds.every((id) => ids.has(id));
  }

  #renew(link: L, passedMs: number): void {
    if (passedMs >= REMOVED_KEY_GRACE_MS) this.#options.end(link);
    else if (link.dialled !== undefined) this.#options.redial(link.dialled);
  }
}
