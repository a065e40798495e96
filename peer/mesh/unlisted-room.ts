/**
 * Room for records of writers that the arbiter's list, as we know it, does not name: newcomers that
 * are about to be in it, those that were removed, and whatever identities a member makes up. With those
 * removed while we know them (removed-writers.ts) they have half of the directory, so that the listed
 * always have the other half, and whoever brings new ones, or further versions of them, pays for it.
 *
 * A member that makes identities up can link with them, too. So those who are not listed themselves
 * pay out of one purse, however many they are. And as what is taken goes on to others, there is a purse of
 * all bringers, too: an honest one would else be blamed for what it was flooded with.
 */
import type { Directory } from './directory.ts';
import {
  UNLISTED_COST_BYTES,
  UNLISTED_OWN_RATE,
  UNLISTED_RATE,
  UNLISTED_RECORDS_MAX,
  UNLISTED_TOTAL_RATE,
  UNLISTED_UPDATES_RATE,
} from './limits.ts';
import type { PeerId } from './peer-id.ts';
import { RateBudgets } from './rate-budgets.ts';
import type { RecordKey } from './record.ts';

export interface UnlistedRoomOptions {
  readonly directory: Directory;
  /** Without it everybody counts as listed; so does everybody for who has no list yet. */
  readonly isListed?: (peer: PeerId) => boolean;
  /** Whether there is a list, and it has the peer. As above where this is not told. */
  readonly isNamed?: (peer: PeerId) => boolean;
}

/** A record as it came. */
export interface Brought {
  readonly by: PeerId;
  /** Body and signature. */
  readonly bytes: number;
}

export type NoRoom = 'too-many-unlisted' | 'unlisted-budget';

export class UnlistedRoom {
  readonly #options: UnlistedRoomOptions;
  readonly #budgets = new RateBudgets<PeerId | 'unlisted'>(UNLISTED_RATE);
  readonly #updates = new RateBudgets<PeerId | 'unlisted'>(UNLISTED_UPDATES_RATE);
  readonly #own = new RateBudgets<PeerId>(UNLISTED_OWN_RATE);
  readonly #total = new RateBudgets<'all'>(UNLISTED_TOTAL_RATE);
  /** Records of the unlisted that are here or about to be; undefined when they are few, or to be counted. */
  #count: number | undefined;

  constructor(options: UnlistedRoomOptions) {
    this.#options = options;
  }

  /** Who is listed has changed, or something that was to be taken was not. */
  recount(): void {
    this.#count = undefined;
  }

  /** So many records come: counts beforehand who is here, where these could be too many. */
  expect(recordCount: number): void {
    if (this.#options.directory.size + recordCount >= UNLISTED_RECORDS_MAX)
      this.#count ??= this.#countUnlisted();
  }

  /** Why this record is not taken of this peer, if it is not. */
  findRefusal(now: number, key: RecordKey, brought: Brought): NoRoom | undefined {
    if (this.#isNamed(key.peer)) return undefined;
    const { by } = brought;
    const isKnown = this.#isKnown(key);
    if (isKnown && key.peer === by)
      return this.#own.isSpent(now, by) ? 'unlisted-budget' : undefined;
    const isForAll = this.#costForAll(key, brought) > 0 && this.#total.isSpent(now, 'all');
    if (isForAll) return 'unlisted-budget';
    if (this.#isListed(key.peer)) return undefined;
    if (!isKnown) return this.#findLack(now, by);
    return this.#updates.isSpent(now, this.#payer(by)) ? 'unlisted-budget' : undefined;
  }

  /** This record was brought, and is to be taken. */
  take(now: number, key: RecordKey, brought: Brought): void {
    this.charge(now, key, brought);
    if (this.#isListed(key.peer) || this.#isKnown(key)) return;
    if (this.#count !== undefined) this.#count++;
  }

  /** This record was brought, and had to be verified. */
  charge(now: number, key: RecordKey, brought: Brought): void {
    if (this.#isNamed(key.peer)) return;
    const { by } = brought;
    const isKnown = this.#isKnown(key);
    // What a writer brings itself has its own rate, and links are few. So those who are made up can't
    // keep a newcomer from telling what it accepted, whoever pays out of one purse with it.
    if (isKnown && key.peer === by) {
      this.#own.spend(now, by, costOf(brought));
      return;
    }
    const costForAll = this.#costForAll(key, brought);
    if (costForAll > 0) this.#total.spend(now, 'all', costForAll);
    if (this.#isListed(key.peer)) return;
    (isKnown ? this.#updates : this.#budgets).spend(now, this.#payer(by), costOf(brought));
  }

  /** Those for which there is room, of what the peer announces: no others are asked for. */
  withRoom<Key extends RecordKey>(now: number, keys: readonly Key[], by: PeerId): readonly Key[] {
    this.expect(keys.length);
    const isOpen = this.#findLack(now, by) === undefined;
    if (isOpen && !this.#updates.isSpent(now, this.#payer(by))) return keys;
    const brought = { by, bytes: UNLISTED_COST_BYTES };
    return keys.filter((key) => this.findRefusal(now, key, brought) === undefined);
  }

  #isKnown(key: RecordKey): boolean {
    return this.#options.directory.get(key) !== undefined;
  }

  /** Who has no list yet has to take everybody's first record: then only what is fat of it is paid for. */
  #costForAll(key: RecordKey, brought: Brought): number {
    const isFree = this.#isListed(key.peer) && !this.#isKnown(key);
    return isFree ? costOf(brought) - 1 : costOf(brought);
  }

  #findLack(now: number, by: PeerId): NoRoom | undefined {
    if ((this.#count ?? 0) >= UNLISTED_RECORDS_MAX) return 'too-many-unlisted';
    const isSpent = this.#budgets.isSpent(now, this.#payer(by)) || this.#total.isSpent(now, 'all');
    return isSpent ? 'unlisted-budget' : undefined;
  }

  #countUnlisted(): number {
    const { directory } = this.#options;
    let count = 0;
    for (const { peer } of directory.peersAsTheyCame()) if (!this.#isListed(peer)) count++;
    for (const { peer } of directory.accusations()) if (!this.#isListed(peer)) count++;
    return count;
  }

  #payer(by: PeerId): PeerId | 'unlisted' {
    return this.#isListed(by) ? by : 'unlisted';
  }

  #isListed(peer: PeerId): boolean {
    return this.#options.isListed?.(peer) ?? true;
  }

  #isNamed(peer: PeerId): boolean {
    return this.#options.isNamed?.(peer) ?? this.#isListed(peer);
  }
}

/** In tokens. */
function costOf({ bytes }: Brought): number {
  return Math.ceil(bytes / UNLISTED_COST_BYTES);
}
