/**
 * Starts processes that outlive this one, each inside a cgroup of the cluster from its first step on, so
 * that it is found again whatever becomes of whoever started it.
 */
import { spawn } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { ClusterError } from './command.ts';
import { cgroupProcsFiles, makeCgroup } from './cgroups.ts';

/**
 * Becomes the command that follows its first argument, once it is in the cgroups, which it says on
 * descriptor 3. If the cgroups are gone, because the cluster is being taken down, it ends.
 */
const ENTER_CGROUP = `set -eu
for file in $1; do echo $$ >"$file"; done
shift
echo entered >&3
exec 3>&-
exec "$@"`;

export interface BackgroundProcess {
  readonly command: readonly string[];
  readonly cgroup: string;
  /** What it prints is added to this file. */
  readonly logFile: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Starts it. Resolves when it is in its cgroup, about to become its command. Throws ClusterError if it
 * does not come so far; how it fares later is in its log.
 */
export async function startInBackground(background: BackgroundProcess): Promise<void> {
  const { command, cgroup, logFile, environment = {} } = background;
  await makeCgroup(cgroup);
  await mkdir(path.dirname(logFile), { recursive: true });
  await using log = await open(logFile, 'a');
  const files = (await cgroupProcsFiles(cgroup)).join(' ');
  const child = spawn('/bin/sh', ['-c', ENTER_CGROUP, 'sh', files, ...command], {
    detached: true,
    cwd: '/',
    stdio: ['ignore', log.fd, log.fd, 'pipe'],
    env: { ...process.env, ...environment },
  });
  const entered = await text(child.stdio[3] as Readable).catch(() => '');
  if (entered === '')
    throw new ClusterError(
      `${command.join(' ')} could not be started in cgroup ${cgroup}: see ${logFile}`,
    );
  child.unref();
}
