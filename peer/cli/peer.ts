/**
 * `weft peer`: runs the daemon until SIGTERM or SIGINT, which leave the data plane as it is. The
 * exit code tells a supervisor what happened.
 */
import process from 'node:process';
import { pino } from 'pino';
import { AssertionFailure } from '../assert.ts';
import { type Config, ConfigError, parseConfig } from '../config/config.ts';
import { renderOptionsHelp } from '../config/options.ts';
import { startDaemon } from '../daemon/daemon.ts';

const EXIT_OK = 0;
const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;
/** EX_SOFTWARE of sysexits.h: a bug of ours. */
const EXIT_BUG = 70;

export async function runPeer(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`Usage: weft peer [OPTIONS]\n\n${renderOptionsHelp()}\n`);
    return EXIT_OK;
  }
  try {
    return await run(parseConfig(args, process.env));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`weft peer: ${error.message}\nSee weft peer --help.\n`);
    return EXIT_USAGE;
  }
}

async function run(config: Config): Promise<number> {
  const log = pino({ level: config.logLevel, base: { peer: config.name } });
  process.on('uncaughtException', (error) => {
    // Nothing may be trusted any more; what is durable is as it was at the last commit.
    log.fatal({ err: error }, error.message);
    process.exit(error instanceof AssertionFailure ? EXIT_BUG : EXIT_FAILURE);
  });
  try {
    const { promise: ended, resolve: end } = Promise.withResolvers<number>();
    const daemon = await startDaemon(config, log, (problem) => {
      log.fatal(problem);
      end(EXIT_FAILURE);
    });
    process.once('SIGTERM', () => end(EXIT_OK));
    process.once('SIGINT', () => end(EXIT_OK));
    const exitCode = await ended;
    await daemon.stop();
    return exitCode;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    log.fatal({ err: error }, error.message);
    return error instanceof AssertionFailure ? EXIT_BUG : EXIT_FAILURE;
  }
}
