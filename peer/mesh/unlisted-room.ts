/**
 * Room for records of writers that the arbiter's list, as we know it, does not name: newcomers that
 * are about to be in it, those that were removed, and whatever identities a member makes up. With those
 * removed while we know them (removed-writers.ts) they have half of the directory, so that the listed
 * always have the other half, and whoever brings new ones, or further versions of them, pays for it.
 *
 * A member that makes identities up can link with them, too. So those who are not listed themselves
 * pay out of one purse, however many they are.
 */
import type { Directory } from './directory.ts';
import { UNLISTED_RATE, UNLISTED_RECORDS_MAX, UNLISTED_UPDATES_RATE } from './limits.ts';
import type { PeerId } from './peer-id.ts';
import { RateBudgets } from './rate-budgets.ts';
import type { RecordKey } from './record.ts';

export interface UnlistedRoomOptions {
  readonly directory: Directory;
  /** Without it everybody counts as listed. */
  readonly isListed?: (peer: PeerId) => boolean;
}

export type NoRoom = 'too-many-unlisted' | 'unlisted-budget';

export class UnlistedRoom {
  readonly #options: UnlistedRoomOptions;
  readonly #budgets = new RateBudgets<PeerId | 'unlisted'>(UNLISTED_RATE);
  readonly #updates = new RateBudgets<PeerId | 'unlisted'>(UNLISTED_UPDATES_RATE);
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
  findRefusal(now: number, key: RecordKey, by: PeerId): NoRoom | undefined {
    if (this.#isListed(key.peer)) return undefined;
    if (this.#isKnown(key))
      return this.#maySpendUpdate(now, key, by) ? undefined : 'unlisted-budget';
    return this.#findLack(now, by);
  }

  /** The peer brought this record, which is to be taken. */
  charge(now: number, key: RecordKey, by: PeerId): void {
    if (this.#isListed(key.peer)) return;
    if (this.#isKnown(key)) {
      if (key.peer !== by) this.#updates.spend(now, this.#payer(by));
      return;
    }
    this.#budgets.spend(now, this.#payer(by));
    if (this.#count !== undefined) this.#count++;
  }

  /** Those for which there is room, of what the peer announces: no others are asked for. */
  withRoom<Key extends RecordKey>(now: number, keys: readonly Key[], by: PeerId): readonly Key[] {
    this.expect(keys.length);
    const isOpen = this.#findLack(now, by) === undefined;
    if (isOpen && !this.#updates.isSpent(now, this.#payer(by))) return keys;
    return keys.filter((key) => this.findRefusal(now, key, by) === undefined);
  }

  #isKnown(key: RecordKey): boolean {
    return this.#options.directory.get(key) !== undefined;
  }

  /**
   * What a writer brings itself has its own rate, and links are few. So those who are made up can't
   * keep a newcomer from telling what it accepted, whoever pays out of one purse with it.
   */
  #maySpendUpdate(now: number, { peer }: RecordKey, by: PeerId): boolean {
    return peer === by || !this.#updates.isSpent(now, this.#payer(by));
  }

  #findLack(now: number, by: PeerId): NoRoom | undefined {
    if ((this.#count ?? 0) >= UNLISTED_RECORDS_MAX) return 'too-many-unlisted';
    return this.#budgets.isSpent(now, this.#payer(by)) ? 'unlisted-budget' : undefined;
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
}
