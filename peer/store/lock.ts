/**
 * One peer a state directory. The lock is SQLite's own on an otherwise empty file, so the kernel
 * lets go of it however the process ends. Separate from the state, which may be set aside.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DirectoryInUse, hasSqliteCode } from './errors.ts';

export const LOCK_FILE = 'lock';

/** SQLITE_BUSY and SQLITE_NOTADB, https://sqlite.org/rescode.html. */
const SQLITE_BUSY = 5;
const SQLITE_NOTADB = 26;

export interface DirectoryLock {
  release(): void;
}

/** Throws DirectoryInUse. */
export function lockDirectory(directory: string): DirectoryLock {
  const path = join(directory, LOCK_FILE);
  try {
    return lockFile(path);
  } catch (error) {
    if (hasSqliteCode(error, SQLITE_BUSY)) throw inUse(directory, error);
    if (!hasSqliteCode(error, SQLITE_NOTADB)) throw error;
    // Nothing is ever written to this file: what makes it unreadable is not ours and not locked.
    rmSync(path);
    return lockFile(path);
  }
}

function lockFile(path: string): DirectoryLock {
  const database = new DatabaseSync(path);
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw error;
  }
  return { release: () => database.close() };
}

function inUse(directory: string, cause: unknown): DirectoryInUse {
  return new DirectoryInUse(
    `${directory} is in use by another peer: stop that one, or give this one a state directory of its own`,
    { cause },
  );
}
