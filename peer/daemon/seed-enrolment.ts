/** Has this peer's seed vote, while the peer runs, and says in words what that waits for. */
import type { Logger } from 'pino';
import type { EnrolmentWait } from '../arbiter/seeds/enrolment.ts';
import type { Seed } from '../arbiter/seeds/seed.ts';
import { formatEndpoint } from '../http/build-report.ts';
import type { Directory } from '../mesh/directory.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import type { Endpoint } from '../mesh/record.ts';
import { Waiting } from './waiting.ts';

export interface SeedEnrolmentOptions {
  readonly seeds: readonly Endpoint[];
  readonly isNewSeed: boolean;
  readonly knowsMembers: () => boolean;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/** As much of a core as this takes. */
interface Known {
  readonly self: PeerId;
  readonly mesh: { readonly directory: Pick<Directory, 'peersAsTheyCame'> };
}

/** Whether the record of another peer is here that says to be registered. Of its own, its state tells. */
export function knowsMembers({ self, mesh }: Known): boolean {
  for (const { peer, content } of mesh.directory.peersAsTheyCame()) {
    if (peer !== self && content.custody.registeredRev > 0n) return true;
  }
  return false;
}

export class SeedEnrolment {
  readonly #options: SeedEnrolmentOptions;
  readonly #ending = new AbortController();
  readonly #waiting: Waiting;
  #problem: string | undefined;

  constructor(options: SeedEnrolmentOptions) {
    this.#options = options;
    const { log } = options;
    this.#waiting = new Waiting({ log, onWaiting: (problem) => (this.#problem = problem) });
  }

  /** Once. */
  begin(seed: Pick<Seed, 'enrol'>): void {
    const { seeds, isNewSeed, knowsMembers } = this.#options;
    const names = seeds.map(formatEndpoint);
    const enrolled = seed.enrol({
      isNew: isNewSeed,
      knowsMembers,
      signal: this.#ending.signal,
      onWaiting: (wait) =>
        wait === undefined ? this.#waiting.over() : this.#waiting.on(describeWait(wait, names)),
    });
    enrolled.catch((error: unknown) =>
      this.#waiting.on(`this seed does not vote: ${String(error)}`),
    );
  }

  problem(): string | undefined {
    return this.#problem;
  }

  close(): void {
    this.#waiting.close();
    this.#ending.abort();
  }
}

/** All of it at once: peers that go on have addresses, and seeds that do remember the others' votes. */
const ANEW =
  'found the cluster anew: stop its peers and pods on all nodes, not only on seeds, empty their state ' +
  'directories, and start them as for the first time';

/** Nothing tells a first start from a lost disk while no other peer is here. */
const LONE =
  'this seed does not vote: it has no votes on its disk, and a single seed has no other to ask for them. ' +
  'If it never ran before, start it once with --new-seed; if its disk was lost, bring that back, as with ' +
  '--new-seed the universe would be given out twice';

function describeWait(wait: EnrolmentWait, names: readonly string[]): string {
  if (wait.type === 'operator') return LONE;
  const why = `this seed does not vote: ${wait.lost ? 'its votes were lost' : 'it has no votes on its disk'}`;
  const unlessLost = wait.lost
    ? ''
    : '. If this seed never ran before, it can be started once with --new-seed; never do so after its ' +
      'disk was lost';
  if (wait.type === 'answers') {
    const missing = wait.missing.map((place) => names[place]).join(', ');
    return `${why}, and it waits until all other seeds run; it has no answer of ${missing}${unlessLost}`;
  }
  const isLone = names.length === 1;
  const lost = isLone
    ? 'others are members by decisions that are lost with them: bring back its disk'
    : 'fewer than a majority of all seeds still have theirs, so decisions may be lost: bring back the ' +
      "seeds' disks";
  return `${why}, and ${lost}, or ${ANEW}${isLone ? '' : unlessLost}`;
}
