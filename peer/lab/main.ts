/** `npm run lab`: the lab's entry. Parses, runs, tears down, and turns all of that into an exit code. */
import { LabError } from './command.ts';
import { type LabOptions, LabUsageError, parseLabCommand, USAGE } from './options.ts';
import { renderNextSteps, renderPage } from './page.ts';
import { planLab } from './plan.ts';
import { claimLab, endRunningLab } from './running-lab.ts';
import { bringUp } from './up.ts';
import { findRemains, isAnythingLeft, tearDown, type TeardownOptions } from './teardown.ts';

const EXIT_OK = 0;
/** A claim did not hold, or the lab could not be made. */
const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;
/** 128 and SIGINT, as shells count. */
const EXIT_INTERRUPTED = 130;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const command = parseLabCommand(args);
    if (command.type === 'help') return print(USAGE);
    if (process.getuid?.() !== 0)
      throw new LabError(
        'the lab makes network namespaces, which takes root: run it as root, for example with sudo',
      );
    return command.type === 'down' ? await down() : await up(command.options);
  } catch (error) {
    if (error instanceof LabUsageError) return complain(error.message, EXIT_USAGE);
    if (error instanceof LabError) return complain(error.message, EXIT_FAILURE);
    throw error;
  }
}

async function down(): Promise<number> {
  const ended = await endRunningLab();
  const remains = await findRemains();
  reportStrangers(await tearDown({ keep: 'nothing' }));
  if (ended !== undefined)
    print(`Ended the lab that ran (pid ${ended}), which removed what it had made.`);
  if (isAnythingLeft(remains))
    return print(
      `Removed ${remains.processes.length} processes and ${remains.namespaces.length} network namespaces of the lab.`,
    );
  return ended === undefined ? print('There was nothing of the lab to remove.') : EXIT_OK;
}

async function up(options: LabOptions): Promise<number> {
  const stop = stopSignal();
  const plan = planLab(options);
  await claimLab();
  let keep: TeardownOptions['keep'] = 'result-and-logs';
  try {
    const result = await bringUp(plan, stop);
    print(`\n${renderPage(result)}`);
    if (!options.once) {
      print(`\n${renderNextSteps(result, plan)}\n\nThe lab is up. Ctrl-C removes it.`);
      await aborted(stop);
    }
    keep = options.once ? (result.holds ? 'result' : 'result-and-logs') : 'nothing';
    return result.holds ? EXIT_OK : EXIT_FAILURE;
  } catch (error) {
    if (!stop.aborted) throw error;
    keep = 'nothing';
    return complain('interrupted', EXIT_INTERRUPTED);
  } finally {
    reportStrangers(await tearDown({ keep }));
  }
}

/** Aborts at the first Ctrl-C or SIGTERM. More of them change nothing: tearing down is already under way. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      controller.abort();
    });
  }
  return controller.signal;
}

/** Resolves when the signal aborts. The timer is what keeps the process alive meanwhile. */
async function aborted(signal: AbortSignal): Promise<void> {
  const keepAlive = setInterval(() => {}, 2 ** 30);
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  clearInterval(keepAlive);
}

function reportStrangers(strangers: readonly string[]): void {
  if (strangers.length === 0) return;
  complain(
    `left alone, as the lab did not start them: ${strangers.join(', ')}. Their namespace goes when they end.`,
    EXIT_OK,
  );
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return EXIT_OK;
}

function complain(text: string, exitCode: number): number {
  process.stderr.write(`weft lab: ${text}\n`);
  return exitCode;
}
