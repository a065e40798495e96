/**
 * `weft reset`: takes away everything that Weft left on this node, for removal. Without --yes it
 * tells what that would be and does nothing. Refuses while a peer runs.
 */
import process from 'node:process';
import { DirectoryInUse } from '../store/errors.ts';
import { lockStateDirectory } from '../store/leftovers.ts';
import type { Leftover } from '../leftover.ts';
import { parseResetOptions, RESET_USAGE, type ResetOptions } from './reset-options.ts';
import { findLeftovers, type ResetPlaces } from './reset-plan.ts';
import { EXIT_OK, EXIT_USAGE } from './verb.ts';

/** Something is left: it was not asked to go, or could not. */
const EXIT_FAILURE = 1;

export async function runReset(args: readonly string[]): Promise<number> {
  const options = parseResetOptions(args);
  if (options === 'help') {
    process.stdout.write(RESET_USAGE);
    return EXIT_OK;
  }
  if (typeof options === 'string') {
    process.stderr.write(`weft reset: ${options}\n\n${RESET_USAGE}`);
    return EXIT_USAGE;
  }
  const exitCode = await reset(options);
  if (options.stays && exitCode === EXIT_OK) await untilEnded();
  return exitCode;
}

async function reset({ isAgreed, places }: ResetOptions): Promise<number> {
  let lock: ReturnType<typeof lockStateDirectory>;
  try {
    lock = lockStateDirectory(places.stateDirectory);
  } catch (error) {
    if (!(error instanceof DirectoryInUse)) throw error;
    process.stderr.write(
      `weft reset: a peer runs on this node, with its state in ${places.stateDirectory}: stop it first\n`,
    );
    return EXIT_FAILURE;
  }
  try {
    return await resetLocked(places, { isAgreed });
  } finally {
    lock?.release();
  }
}

async function resetLocked(
  places: ResetPlaces,
  { isAgreed }: { readonly isAgreed: boolean },
): Promise<number> {
  using found = await findLeftovers(places);
  const { ours, kept } = found;
  if (ours.length === 0) print('Nothing of Weft is left on this node.');
  else if (isAgreed) print('Taking away from this node:');
  else print('Would take away from this node (give --yes to do it):');
  const failures = isAgreed ? await removeAll(ours) : tell(ours);
  if (kept.length > 0) print('Stays:', ...kept.map((what) => `  ${what}`));
  return failures === 0 ? EXIT_OK : EXIT_FAILURE;
}

/** How many could not be removed; one that could not stops no other. */
async function removeAll(leftovers: readonly Leftover[]): Promise<number> {
  let failures = 0;
  for (const leftover of leftovers) {
    try {
      await leftover.remove();
      print(`  ${leftover.what}`);
    } catch (error) {
      failures++;
      const reason = error instanceof Error ? error.message : String(error);
      process.stderr.write(`weft reset: could not take away ${leftover.what}: ${reason}\n`);
    }
  }
  return failures;
}

/** How many there are. */
function tell(leftovers: readonly Leftover[]): number {
  for (const { what } of leftovers) print(`  ${what}`);
  return leftovers.length;
}

function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

function untilEnded(): Promise<void> {
  return new Promise((resolve) => {
    // A signal handler alone does not keep a process running.
    const awake = setInterval(() => undefined, 2 ** 30);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        clearInterval(awake);
        resolve();
      });
    }
    // Only now: whoever reads it may tell us to end at once.
    print('Done. Stays until it is told to end.');
  });
}
