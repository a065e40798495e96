/**
 * Notices that the API server's history went back: etcd was restored from a backup. Its list then
 * lacks members that registered since, and taking them for removed would give their addresses to
 * others. A restore that raises the revision, as `etcdutl snapshot restore --bump-revision` does,
 * can't be told from an ordinary list of removals.
 */
import { ArbiterUnavailable } from '../arbiter.ts';

export class History {
  readonly #knownRev: () => bigint;
  #newest = 0n;
  #setback: string | undefined;

  /** `knownRev` is the newest revision that is known from elsewhere, as from the adopted view. */
  constructor(knownRev: () => bigint) {
    this.#knownRev = knownRev;
  }

  /**
   * Answers what `ask` does if it is no older than what was known when it was asked: what comes in
   * meanwhile doesn't count, as two questions at once may be answered in either order. Throws
   * ArbiterUnavailable if history went back, and from then on always: once the revision has grown
   * past what was known, it would look sound again.
   */
  async read<T extends { readonly rev: bigint }>(ask: () => Promise<T>): Promise<T> {
    this.#check();
    const known = this.#knownRev();
    const floor = known > this.#newest ? known : this.#newest;
    const answer = await ask();
    if (answer.rev < floor) this.#setback ??= describeSetback(answer.rev, floor);
    this.#check();
    if (answer.rev > this.#newest) this.#newest = answer.rev;
    return answer;
  }

  #check(): void {
    if (this.#setback === undefined) return;
    throw new ArbiterUnavailable(this.#setback, { reachable: [] });
  }
}

function describeSetback(rev: bigint, floor: bigint): string {
  return (
    `the API server's history went back: it is at revision ${rev} and was at ${floor}, so etcd was ` +
    'restored from a backup or is another one; who joined or was removed since is not in its list, ' +
    'and nothing is decided by it. Restore etcd with a raised revision (--bump-revision), see that ' +
    'each node has the Lease it should have, and start this peer again'
  );
}
