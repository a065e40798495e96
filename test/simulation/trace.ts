/**
 * A hash over everything that happened in a run, in its order: two runs are alike when theirs are.
 * Kept as lines too, when somebody wants to read them.
 */
import type { CoreEvent } from '../../peer/core/core-event.ts';

/** FNV-1a, 32 bits (Fowler, Noll, Vo), over words instead of bytes; two of them in different keys. */
const FNV_PRIME = 0x01000193;
const FNV_OFFSET = 0x811c9dc5;
const OTHER_OFFSET = 0x9e3779b9;
/** What is kept is the end of a run: that is where it went wrong. */
const LINES_MAX = 20_000;

/** Stands in the hash for each kind of event. */
const KINDS = new Map<string, number>();

export class Trace {
  readonly #isKept: boolean;
  readonly #lines: string[] = [];
  readonly #double = new Float64Array(1);
  readonly #words = new Uint32Array(this.#double.buffer);
  #one = FNV_OFFSET;
  #other = OTHER_OFFSET;

  constructor({ isKept }: { readonly isKept: boolean }) {
    this.#isKept = isKept;
  }

  get hash(): string {
    return [this.#one, this.#other]
      .map((word) => (word >>> 0).toString(16).padStart(8, '0'))
      .join('');
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  step(now: number, peer: number, event: CoreEvent): void {
    this.note(now, peer, event.type === 'frame' ? event.frame.type : event.type);
    if (this.#isKept) this.#lines.push(describe(now, peer, event));
  }

  note(now: number, peer: number, what: string): void {
    this.#double[0] = now;
    this.#mix(this.#words[0] ?? 0);
    this.#mix(this.#words[1] ?? 0);
    this.#mix((peer << 8) ^ kindNumber(what));
    if (this.#lines.length > LINES_MAX) this.#lines.splice(0, LINES_MAX / 2);
  }

  #mix(word: number): void {
    this.#one = Math.imul(this.#one ^ word, FNV_PRIME);
    this.#other = Math.imul(this.#other ^ word ^ (this.#one >>> 13), FNV_PRIME);
  }
}

/** By its text, so that it is the same in every process. */
function kindNumber(what: string): number {
  const known = KINDS.get(what);
  if (known !== undefined) return known;
  let number = FNV_OFFSET;
  for (const letter of what) number = Math.imul(number ^ letter.charCodeAt(0), FNV_PRIME);
  KINDS.set(what, number);
  return number;
}

function describe(now: number, peer: number, event: CoreEvent): string {
  const when = now.toFixed(3).padStart(12);
  const what = event.type === 'frame' ? event.frame.type : event.type;
  const link = 'link' in event ? ` link ${event.link}` : '';
  return `${when}  node${peer}  ${what}${link}`;
}
