/**
 * What of ours lies where the container runtime and its launchers look, to be taken away for good:
 * the network configuration first, so that the runtime asks us for no more pods.
 */
import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Leftover, type Leftovers } from '../leftover.ts';
import { readConflist } from './installation.ts';
import { CONFLIST_NAME } from './installation-conflist.ts';
import { statFile } from './installation-file.ts';
import { isLauncher, LAUNCHER_NAME } from './installation-launcher.ts';

const NOTHING: Leftovers = { ours: [], kept: [] };

/** What launchers (plugin/launcher/queue.c) and the peer (queue.ts) make in the queue. */
const QUEUE_FILE = /^(?:del-|unfinished-|set-aside-)/;

/** Rejects with the file system's error. */
export async function findConflist(directory: string): Promise<Leftovers> {
  const path = join(directory, CONFLIST_NAME);
  const found = await readConflist(path);
  if (found === 'absent') return NOTHING;
  if (found !== 'foreign')
    return { ours: [fileLeftover('the network configuration', path)], kept: [] };
  const why = 'written or changed by somebody else. While it is there, no pod can be started by it';
  return { ours: [], kept: [`${path}: ${why}`] };
}

/** Rejects with the file system's error. */
export async function findLauncher(directory: string): Promise<Leftovers> {
  const path = join(directory, LAUNCHER_NAME);
  if (await isLauncher(path)) return { ours: [fileLeftover('the launcher', path)], kept: [] };
  if ((await statFile(path)) === undefined) return NOTHING;
  return { ours: [], kept: [`${path}: no launcher of ours`] };
}

/** Rejects with the file system's error. */
export async function findSocket(path: string): Promise<Leftovers> {
  if ((await statFile(path))?.isSocket() !== true) return NOTHING;
  return { ours: [fileLeftover('the socket', path)], kept: [] };
}

/** Rejects with the file system's error. */
export async function findQueue(directory: string): Promise<Leftovers> {
  if ((await statFile(directory)) === undefined) return NOTHING;
  const files = (await readdir(directory)).filter((name) => QUEUE_FILE.test(name));
  if (files.length === 0) return NOTHING;
  const remove = async (): Promise<void> => {
    for (const name of files) await rm(join(directory, name), { force: true });
    await removeEmptyDirectory(directory);
  };
  return { ours: [{ what: `the queue of DELs in ${directory}`, remove }], kept: [] };
}

/** One that is mounted can't be removed from inside, and one that is not empty is not ours alone. */
export async function removeEmptyDirectory(directory: string): Promise<void> {
  try {
    await rmdir(directory);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (!['EBUSY', 'ENOTEMPTY', 'ENOENT', 'EROFS', 'EACCES', 'EPERM'].includes(String(code)))
      throw error;
  }
}

function fileLeftover(kind: string, path: string): Leftover {
  return { what: `${kind} ${path}`, remove: () => rm(path, { force: true }) };
}
