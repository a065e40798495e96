/**
 * The start of a peer in a pod. Nothing that somebody can mend ends it: it says what it waits for,
 * and goes on by itself. The data plane that an earlier run left stays as it is meanwhile.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Config, ConfigError } from '../config/config.ts';
import { buildStartingReport } from '../http/build-report.ts';
import type { HttpFront } from '../http/front.ts';
import { type BackoffBounds, backoffMs } from '../backoff.ts';
import { InCluster } from '../kubernetes/in-cluster.ts';
import { StartObstacle } from '../kubernetes/obstacle.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import { isForOperator } from './for-operator.ts';

/** Soon enough for a pod that is watched, rare enough for an API server that all peers wait for. */
const START_BACKOFF: BackoffBounds = { leastMs: 500, mostMs: 10_000 };

export interface StartOptions {
  /** Of flags and environment alone: what it goes by until the rest can be read. */
  readonly base: Config;
  /** With the options of the directory, as they are now. Throws ConfigError. */
  readonly readConfig: () => Config;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  /** Told what ends a running peer. */
  readonly onFatal: (problem: string) => void;
  readonly http: HttpFront;
  readonly signal: AbortSignal;
}

/** Resolves when the peer serves. Rejects with what is a bug of ours, or when the signal says so. */
export async function startInCluster(options: StartOptions): Promise<Daemon> {
  const { log, signal, readConfig } = options;
  let config = options.base;
  let told = 'asking the API server for the Node of this host and for the cluster keys';
  await show(options, config, told);
  for (let attempt = 0; ; attempt++) {
    try {
      config = readConfig();
      return await start(options, config);
    } catch (error) {
      signal.throwIfAborted();
      const obstacle = describeObstacle(error, config);
      if (obstacle !== told) {
        log.warn(`waiting: ${obstacle}`);
        attempt = 0;
      }
      told = obstacle;
      await show(options, config, obstacle);
      await delay(waitMs(error, attempt), undefined, { signal });
    }
  }
}

async function start(options: StartOptions, config: Config): Promise<Daemon> {
  const { environment, log, onFatal, http, signal } = options;
  log.level = config.logLevel;
  const cluster = await InCluster.enter({ config, environment, log, signal });
  signal.throwIfAborted();
  return await startDaemon({ config, log, onFatal, http, cluster });
}

/** Rejects never for an address that can't be listened on: the start itself then tells it. */
async function show({ http }: StartOptions, config: Config, obstacle: string): Promise<void> {
  try {
    await http.serve(config.httpAddresses, () => buildStartingReport(config, [obstacle]));
  } catch (error) {
    if (!isForOperator(error)) throw error;
  }
}

function waitMs(error: unknown, attempt: number): number {
  const asked = error instanceof StartObstacle ? (error.retryAfterMs ?? 0) : 0;
  return Math.max(asked, backoffMs(attempt, START_BACKOFF, Math.random));
}

/** Throws what no waiting helps with. */
function describeObstacle(error: unknown, { optionsDirectory }: Config): string {
  if (error instanceof StartObstacle) return error.message;
  if (!isForOperator(error)) throw error;
  if (!(error instanceof ConfigError) || optionsDirectory === undefined) return error.message;
  const sentence = /[.?!]$/.test(error.message) ? error.message : `${error.message}.`;
  return (
    `${sentence} Options of the cluster are keys of the ConfigMap weft, mounted at ` +
    `${optionsDirectory}: a repaired one reaches this peer within about a minute`
  );
}
