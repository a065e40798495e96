/** A peer's state directory, to be taken away for good. Who looks holds the directory's lock. */
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Leftovers } from '../leftover.ts';
import { type DirectoryLock, LOCK_FILE, lockDirectory } from './lock.ts';

/**
 * Locks the directory against a peer; undefined if there is none, or none that a peer ever used.
 * Throws DirectoryInUse.
 */
export function lockStateDirectory(directory: string): DirectoryLock | undefined {
  return existsSync(join(directory, LOCK_FILE)) ? lockDirectory(directory) : undefined;
}

/** Rejects with the file system's error. */
export async function findState(directory: string): Promise<Leftovers> {
  if (!existsSync(join(directory, LOCK_FILE))) {
    const isThere = existsSync(directory) && (await readdir(directory)).length > 0;
    return { ours: [], kept: isThere ? [`${directory}: it is no peer's state directory`] : [] };
  }
  const remove = async (): Promise<void> => {
    const names = await readdir(directory);
    for (const name of names) {
      if (name !== LOCK_FILE) await rm(join(directory, name), { recursive: true, force: true });
    }
    // Last: while it is there, a reset that was broken off can be repeated.
    await rm(join(directory, LOCK_FILE), { force: true });
  };
  const votes = existsSync(join(directory, 'seed'))
    ? '; and the votes of a seed: it votes again only when all other seeds have answered it'
    : '';
  const what = `the state in ${directory}: identity, holding and attachments${votes}`;
  return { ours: [{ what, remove }], kept: [] };
}
