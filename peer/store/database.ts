/**
 * How our SQLite files are opened: one owner, readable by it alone, and a commit that is on the
 * medium when it returns.
 */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Private keys lie in these files. */
const FILE_MODE = 0o600;

export interface DatabaseOptions {
  readonly path: string;
  /** `full`: a commit is durable when it returns. `off`: it may be lost, or the file damaged. */
  readonly durability: 'full' | 'off';
}

export function openDatabase({ path, durability }: DatabaseOptions): DatabaseSync {
  // SQLite gives its journals the mode of the file, which therefore has to be there before.
  closeSync(openSync(path, 'a', FILE_MODE));
  const database = new DatabaseSync(path);
  try {
    // Exclusive locking before the first read: the WAL's index then needs no shared memory file.
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    database.exec('PRAGMA journal_mode = WAL');
    database.exec(`PRAGMA synchronous = ${durability}`);
    syncDirectory(dirname(path));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Runs `body` in one transaction; durable when it returns, undone when it throws. */
export function transact(database: DatabaseSync, body: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    body();
    database.exec('COMMIT');
  } catch (error) {
    // A failed COMMIT may have ended the transaction already.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** Makes names that were created or changed in the directory durable. */
export function syncDirectory(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
