/** Tells of a name that is no option, and which one was probably meant. */
import { ConfigError } from './values.ts';

/** `what`: the kind of name, for people. */
export function unknownName(what: string, word: string, known: readonly string[]): ConfigError {
  const nearest = known.filter((name) => isNear(name, word.split('=')[0] ?? word));
  const hint =
    nearest.length > 0 ? `did you mean ${nearest.join(' or ')}?` : `known are ${known.join(', ')}`;
  return new ConfigError(`"${word}" is no ${what} of weft peer: ${hint}`);
}

/** At most two letters differ at the end or the beginning: enough for a slip of the finger. */
export function isNear(known: string, word: string): boolean {
  let same = 0;
  while (same < known.length && known[same] === word[same]) same++;
  let tail = 0;
  while (tail < known.length - same && known.at(-1 - tail) === word.at(-1 - tail)) tail++;
  return Math.max(known.length, word.length) - same - tail <= 2;
}
