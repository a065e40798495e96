/** What the verbs have in common: their exit codes, and where they print. */
import process from 'node:process';

export const EXIT_OK = 0;
/** sysexits.h: EX_USAGE is 64 there, but 2 is what shells and getopt taught everybody. */
export const EXIT_USAGE = 2;
/** EX_UNAVAILABLE of sysexits.h: there is no peer that answers. */
export const EXIT_UNAVAILABLE = 69;

/** Where a verb prints. Whoever prints ends the lines. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}

export const processTerminal: Terminal = {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
};
