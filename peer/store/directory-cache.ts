/**
 * The signed records that a peer knew when it ended, so that it starts with a directory instead of
 * none. Only a cache: none is owed to anybody, and so nothing here waits for the medium. Damage empties
 * it. What is in it is believed as the rest of our disk is: signatures are not verified again.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { openDatabase, transact } from './database.ts';

export interface CachedRecord {
  /** Unique for a peer and a kind of record; the caller's choice. */
  readonly key: string;
  readonly bytes: Uint8Array;
}

export interface DirectoryCache {
  /** Adds or replaces. */
  put(records: readonly CachedRecord[]): void;
  /** Sorted by key. */
  loadAll(): readonly CachedRecord[];
  /** Of all that is in it. */
  keys(): readonly string[];
  delete(keys: readonly string[]): void;
  close(): void;
}

const SCHEMA = `CREATE TABLE IF NOT EXISTS record
  (key TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT, WITHOUT ROWID`;

/** `directory` exists and belongs to this process: open the store first. */
export function openDirectoryCache(directory: string): DirectoryCache {
  const path = join(directory, 'directory.sqlite');
  return createCache(openOrEmpty(path));
}

function openOrEmpty(path: string): DatabaseSync {
  try {
    return openChecked(path);
  } catch {
    // Whatever is wrong with it, an empty cache is right; if that fails too, the disk is at fault.
    for (const suffix of ['', '-wal', '-journal', '-shm'])
      rmSync(`${path}${suffix}`, { force: true });
    return openChecked(path);
  }
}

function openChecked(path: string): DatabaseSync {
  const database = openDatabase({ path, durability: 'off' });
  try {
    database.exec(SCHEMA);
    database.prepare('SELECT key, bytes FROM record').all();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function createCache(database: DatabaseSync): DirectoryCache {
  const insert = database.prepare('INSERT OR REPLACE INTO record (key, bytes) VALUES (?, ?)');
  const select = database.prepare('SELECT key, bytes FROM record ORDER BY key');
  const selectKeys = database.prepare('SELECT key FROM record');
  const remove = database.prepare('DELETE FROM record WHERE key = ?');
  return {
    put: (records) =>
      transact(database, () => {
        for (const { key, bytes } of records) insert.run(key, bytes);
      }),
    loadAll: () => select.all().flatMap(({ key, bytes }) => recordOf(key, bytes)),
    keys: () => selectKeys.all().flatMap(({ key }) => (typeof key === 'string' ? [key] : [])),
    delete: (keys) =>
      transact(database, () => {
        for (const key of keys) remove.run(key);
      }),
    close: () => database.close(),
  };
}

function recordOf(key: unknown, bytes: unknown): readonly CachedRecord[] {
  return typeof key === 'string' && bytes instanceof Uint8Array ? [{ key, bytes }] : [];
}
