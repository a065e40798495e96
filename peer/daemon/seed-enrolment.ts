/** Has this peer's seed vote, while the peer runs, and says in words what that waits for. */
import type { Logger } from 'pino';
import type { EnrolmentWait } from '../arbiter/seeds/enrolment.ts';
import type { Seed } from '../arbiter/seeds/seed.ts';
import { formatEndpoint } from '../http/build-report.ts';
import type { Endpoint } from '../mesh/record.ts';
import { Waiting } from './waiting.ts';

export interface SeedEnrolmentOptions {
  readonly seeds: readonly Endpoint[];
  readonly isNewSeed: boolean;
  readonly wasRegistered: boolean;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

export class SeedEnrolment {
  readonly #ending = new AbortController();
  readonly #waiting: Waiting;
  #problem: string | undefined;

  constructor(seed: Pick<Seed, 'enrol'>, options: SeedEnrolmentOptions) {
    const { seeds, isNewSeed, wasRegistered, log } = options;
    this.#waiting = new Waiting({ log, onWaiting: (problem) => (this.#problem = problem) });
    const names = seeds.map(formatEndpoint);
    const enrolled = seed.enrol({
      isNew: isNewSeed,
      wasRegistered,
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

function describeWait(wait: EnrolmentWait, names: readonly string[]): string {
  const why = `this seed does not vote: ${wait.lost ? 'its votes were lost' : 'it has no votes on its disk'}`;
  const unlessLost = wait.lost
    ? ''
    : '. If this seed never ran before, it can be started once with --new-seed; never do so after its ' +
      'disk was lost';
  if (wait.type === 'answers') {
    const missing = wait.missing.map((place) => names[place]).join(', ');
    return `${why}, and it waits until all other seeds run; it has no answer of ${missing}${unlessLost}`;
  }
  return (
    `${why}, and fewer than a majority of all seeds still have theirs, so decisions may be lost: bring ` +
    "back the other seeds' disks, or found the cluster anew with empty state directories on all " +
    `nodes${unlessLost}`
  );
}
