/**
 * Whether others know what we know, and what we have said. Only listed members count: two newcomers
 * that know nothing agree, and are not in step with anybody.
 */
import type { Directory } from './directory.ts';
import type { PeerId } from './peer-id.ts';

export interface AgreementOptions {
  readonly self: PeerId;
  readonly epoch: number;
  readonly directory: Directory;
  /** A member, by the arbiter's list. */
  readonly counts: (peer: PeerId) => boolean;
}

export class Agreement {
  readonly #options: AgreementOptions;
  #isSynced = false;
  #isConfirmed = false;

  constructor(options: AgreementOptions) {
    this.#options = options;
  }

  /** The peer's directory equals ours now. */
  note(peer: PeerId): void {
    if (this.#isConfirmed || !this.#options.counts(peer)) return;
    this.#isSynced = true;
    this.#isConfirmed = this.hasPublished();
  }

  /** Whether the directory has what this run, and not an earlier one, has published. */
  hasPublished(): boolean {
    const { directory, self, epoch } = this.#options;
    return directory.peer(self)?.epoch === epoch;
  }

  /** Whether our directory has equalled that of a listed member since the start. */
  get isSynced(): boolean {
    return this.#isSynced;
  }

  /** Whether it has since this run published, so that a member has that, too. */
  get isConfirmed(): boolean {
    return this.#isConfirmed;
  }
}
