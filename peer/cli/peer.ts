/**
 * `weft peer`: runs the daemon until SIGTERM or SIGINT, which leave the data plane as it is. The
 * exit code tells a supervisor what happened.
 */
import process from 'node:process';
import { type Logger, pino } from 'pino';
import { AssertionFailure } from '../assert.ts';
import {
  type Config,
  ConfigError,
  isInKubernetes,
  parseConfig,
  readConfig,
} from '../config/config.ts';
import { renderOptionsHelp } from '../config/options.ts';
import { type Daemon, startDaemon } from '../daemon/daemon.ts';
import { isForOperator } from '../daemon/for-operator.ts';
import { HttpFront } from '../http/front.ts';

const EXIT_OK = 0;
/** What the host or the state says no to, and what ends a peer later. */
const EXIT_FAILURE = 1;
/** Options that are malformed or contradict each other: no start can help. */
const EXIT_USAGE = 2;
/** EX_SOFTWARE of sysexits.h: a bug of ours. */
const EXIT_BUG = 70;

export async function runPeer(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`Usage: weft peer [OPTIONS]\n\n${renderOptionsHelp()}\n`);
    return EXIT_OK;
  }
  try {
    const { env } = process;
    if (!isInKubernetes(args, env)) return await run(readConfig(args, env), startDaemon);
    const base = parseConfig(args, env);
    return await run(base, async (options) => {
      // Loaded only here: it is of use in a pod alone.
      const { startInCluster } = await import('../daemon/start.ts');
      const read = (): Config => readConfig(args, env);
      return await startInCluster({ ...options, base, readConfig: read, environment: env });
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`weft peer: ${error.message}\nSee weft peer --help.\n`);
    return EXIT_USAGE;
  }
}

interface Running {
  readonly config: Config;
  readonly log: Logger;
  readonly http: HttpFront;
  readonly onFatal: (problem: string) => void;
  /** The operator ended the process. */
  readonly signal: AbortSignal;
}

async function run(config: Config, start: (running: Running) => Promise<Daemon>): Promise<number> {
  const log = pino({ level: config.logLevel, base: { peer: config.name } });
  process.on('uncaughtException', (error) => {
    // Nothing may be trusted any more; what is durable is as it was at the last commit.
    log.fatal({ err: error }, error.message);
    process.exit(error instanceof AssertionFailure ? EXIT_BUG : EXIT_FAILURE);
  });
  const { promise: ended, resolve: end } = Promise.withResolvers<number>();
  const { signal } = endOnSignals(() => end(EXIT_OK));
  const onFatal = (problem: string): void => {
    log.fatal(problem);
    end(EXIT_FAILURE);
  };
  const http = new HttpFront();
  try {
    const daemon = await start({ config, log, http, onFatal, signal });
    const exitCode = await ended;
    await daemon.stop();
    return exitCode;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // Ended while it waited at its start.
    if (signal.aborted && error.name === 'AbortError') return EXIT_OK;
    log.fatal(isForOperator(error) ? {} : { err: error }, error.message);
    return error instanceof AssertionFailure ? EXIT_BUG : EXIT_FAILURE;
  } finally {
    await http.close();
  }
}

function endOnSignals(end: () => void): AbortController {
  const controller = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, () => {
      controller.abort();
      end();
    });
  }
  return controller;
}
