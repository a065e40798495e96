/**
 * Starts processes that outlive this one, each inside a cgroup of the cluster from its first step on, so
 * that it is found again whatever becomes of whoever started it.
 */
import { spawn } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { ClusterError } from './command.ts';
import { cgroupProcsFiles, makeCgroup } from './cgroups.ts';

/**
 * Becomes the command that follows its first argument, once it is in the cgroups. If these are gone,
 * because the cluster is being taken down, it ends.
 */
const ENTER_CGROUP = `set -eu
for file in $1; do echo $$ >"$file"; done
shift
exec "$@"`;

export interface BackgroundProcess {
  readonly command: readonly string[];
  readonly cgroup: string;
  /** What it prints is added to this file. */
  readonly logFile: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts it. Throws ClusterError if there is no such program; how it fares later is in its log. */
export async function startInBackground(background: BackgroundProcess): Promise<void> {
  const { command, cgroup, logFile, environment = {} } = background;
  await makeCgroup(cgroup);
  await mkdir(path.dirname(logFile), { recursive: true });
  await using log = await open(logFile, 'a');
  const files = (await cgroupProcsFiles(cgroup)).join(' ');
  const child = spawn('/bin/sh', ['-c', ENTER_CGROUP, 'sh', files, ...command], {
    detached: true,
    cwd: '/',
    stdio: ['ignore', log.fd, log.fd],
    env: { ...process.env, ...environment },
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.once('spawn', resolve).once('error', reject);
  await promise.catch((error: unknown) => {
    throw new ClusterError(`${command.join(' ')} can't be started: ${String(error)}`, {
      cause: error,
    });
  });
  child.unref();
}
