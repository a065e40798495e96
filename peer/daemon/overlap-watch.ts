/**
 * Whether routes of the host lead into the universe. They keep a new peer from starting; a member
 * has pods there already, so it goes on, and tells of them for as long as they are there.
 */
import { ConfigError } from '../config/config.ts';
import type { Cidr } from '../ipam/cidr.ts';
import { NetlinkError } from '../kernel/netlink/message.ts';
import type { Host } from './host.ts';

/** A look reads all routes of the host, and those of 5,000 peers take tens of milliseconds. */
export const LOOK_EVERY_MS = 10_000;

export interface OverlapWatchOptions {
  readonly host: Pick<Host, 'describeOverlap'>;
  readonly universe: readonly Cidr[];
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

export class OverlapWatch {
  readonly #options: OverlapWatchOptions;
  #found: string | undefined;
  #nextLookMs = 0;

  /** Looks at once. Throws NetlinkError. */
  constructor(options: OverlapWatchOptions) {
    this.#options = options;
    this.#look();
  }

  /** For a peer that is no member yet. Throws ConfigError if there was an overlap at the last look. */
  refuse(): void {
    if (this.#found === undefined) return;
    throw new ConfigError(`${this.#found}. Choose another --universe, the same on every peer`);
  }

  /** What a member says of it, as a sentence; looks again when the last look is old. */
  problem(): string | undefined {
    if (this.#options.now() >= this.#nextLookMs) this.#tryLook();
    if (this.#found === undefined) return undefined;
    return `${this.#found}. Pods there may not be reached from this node: take these routes away`;
  }

  /** The host is asked no more. */
  close(): void {
    this.#nextLookMs = Infinity;
  }

  #look(): void {
    const { host, universe, now } = this.#options;
    this.#nextLookMs = now() + LOOK_EVERY_MS;
    this.#found = host.describeOverlap(universe);
  }

  /** Whoever asks for the status is not to suffer from a kernel that has no answer now. */
  #tryLook(): void {
    try {
      this.#look();
    } catch (error) {
      if (!(error instanceof NetlinkError)) throw error;
    }
  }
}
