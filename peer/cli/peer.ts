/**
 * `weft peer`: runs the daemon until SIGTERM or SIGINT, which leave the data plane as it is. The
 * exit code tells a supervisor what happened.
 */
import process from 'node:process';
import { pino } from 'pino';
import { VotesDamaged, VotesOfAnotherSeed } from '../arbiter/seeds/acceptor-store.ts';
import { RegistryDamaged } from '../arbiter/solo.ts';
import { AssertionFailure } from '../assert.ts';
import { type Config, ConfigError, readConfig } from '../config/config.ts';
import { renderOptionsHelp } from '../config/options.ts';
import { startDaemon } from '../daemon/daemon.ts';
import { UniverseChanged } from '../ipam/ipam.ts';
import { ListenError } from '../listen-error.ts';
import { DirectoryInUse, StateOfAnotherCluster } from '../store/errors.ts';
import { ClusterKeyError } from '../transport/cluster-keys.ts';

/**
 * What the host, the state or another process says no to: the message tells what to do, and a stack
 * would only bury it.
 */
const FOR_OPERATOR = [
  ConfigError,
  ClusterKeyError,
  DirectoryInUse,
  ListenError,
  RegistryDamaged,
  StateOfAnotherCluster,
  UniverseChanged,
  VotesDamaged,
  VotesOfAnotherSeed,
] as const;

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
    return await run(readConfig(args, process.env));
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
    log.fatal(isForOperator(error) ? {} : { err: error }, error.message);
    return error instanceof AssertionFailure ? EXIT_BUG : EXIT_FAILURE;
  }
}

function isForOperator(error: Error): boolean {
  return FOR_OPERATOR.some((type) => error instanceof type);
}
