/**
 * How often the other end of a link may ask: each kind of question has a rate, well above that of an
 * honest peer. Where nothing is asked so often, an answer may cost what it does. Who votes with us is
 * let through: votes follow each other as fast as disks write.
 */
import type { Counters } from '../counters.ts';
import { type Rate, TokenBucket } from '../token-bucket.ts';
import type { Asker } from '../transport/transport.ts';
import type { Question } from '../wire/link-frame.ts';

/** An honest peer asks for a list when it hears of a newer one: after each registration at the most. */
export const VIEW_QUESTION_RATE = { burst: 16, perSecond: 4 };
/** A join takes three of them; who gets no answer asks again after a second or more. */
export const ARBITER_QUESTION_RATE = { burst: 16, perSecond: 4 };
/** One at a time for each family, a tenth of a second apart: see core/space-questions.ts. */
export const SPACE_QUESTION_RATE = { burst: 64, perSecond: 32 };

const RATES: Readonly<Record<Question['type'], Rate>> = {
  view: VIEW_QUESTION_RATE,
  arbiter: ARBITER_QUESTION_RATE,
  space: SPACE_QUESTION_RATE,
};

/** Counted under this name: the bound on those that wait, in transport/questions.ts, has it, too. */
const TOO_MANY = 'too-many-questions';

type Buckets = Readonly<Record<Question['type'], TokenBucket>>;

export interface QuestionRatesOptions {
  readonly counters: Pick<Counters, 'add'>;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Whether the asker's address is that of a seed, so that it may be a vote. */
  readonly isSeed: (asker: Asker) => boolean;
}

export class QuestionRates {
  readonly #options: QuestionRatesOptions;
  /** Gone with its link: an asker is one object for as long as that is up. */
  readonly #buckets = new WeakMap<Asker, Buckets>();

  constructor(options: QuestionRatesOptions) {
    this.#options = options;
  }

  /** Takes one question of what the asker may ask. Throws what it is told when it asks too often. */
  spend(asker: Asker, { type }: Question): void {
    const { counters, now, isSeed } = this.#options;
    if (type === 'arbiter' && isSeed(asker)) return;
    if (this.#bucketsOf(asker)[type].spend(now())) return;
    counters.add(TOO_MANY);
    const { burst, perSecond } = RATES[type];
    throw new Error(
      `too many questions of the kind ${type}: ${burst} at once and ${perSecond} a second are answered`,
    );
  }

  #bucketsOf(asker: Asker): Buckets {
    const known = this.#buckets.get(asker);
    if (known !== undefined) return known;
    const buckets: Buckets = {
      view: new TokenBucket(RATES.view),
      arbiter: new TokenBucket(RATES.arbiter),
      space: new TokenBucket(RATES.space),
    };
    this.#buckets.set(asker, buckets);
    return buckets;
  }
}
