/**
 * The durable state of one peer: its identity, its epoch and all of ownership, in one SQLite file
 * under `<directory>/state/`, owned by one process. A commit is on the medium when it returns.
 *
 * State that can't be trusted (damaged, of another node or machine, of an identity that was removed or
 * fenced) is lost: its directory is renamed, and the peer begins as a new identity. State of another cluster, or of one with another universe or VNI, is most likely a mistake of the operator's, so that is an error and
 * nothing is changed.
 */
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { AssertionFailure } from '../assert.ts';
import type { Durable } from '../ipam/durable.ts';
import type { Write } from '../ipam/writes.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import { type ClusterSettings, findSettingsChange, writeSettings } from './cluster-settings.ts';
import { openDatabase, syncDirectory, transact } from './database.ts';
import { StateDamaged, StateOfAnotherCluster, StoreFailed, hasSqliteCode } from './errors.ts';
import { lockDirectory } from './lock.ts';
import { setAside, stateFile } from './lost-state.ts';
import { LATER_SCHEMA, STATE_FORMAT, STATE_SCHEMA } from './schema.ts';
import { readDurable, readFence, readSelf } from './state-reader.ts';
import { StateWriter } from './state-writer.ts';

/** What the state belongs to. */
export interface Binding {
  readonly cluster: string;
  readonly nodeName: string;
  readonly machineId: string;
}

export interface Identity {
  /** Ed25519 private key, PKCS8 DER. */
  readonly privateKey: Uint8Array;
  readonly peer: PeerId;
}

export interface StoreOptions {
  readonly directory: string;
  readonly binding: Binding;
  /** What the peer is going to run with. */
  readonly settings: ClusterSettings;
  /** Makes the key of a new identity. */
  readonly generateIdentity: () => Identity;
}

export interface Store {
  readonly identity: Identity;
  /** Grew durably when the store was opened. */
  readonly epoch: bigint;
  /** Why earlier state was not used, and where it lies now; undefined when it was, or there was none. */
  readonly lost: string | undefined;
  load(): Durable;
  /**
   * Keeps the settings that the store was opened with, for the next start to be compared with. To be
   * called once the peer runs with them: what was refused is not kept.
   */
  rememberSettings(): void;
  /** One transaction, durable when it returns. Throws StoreFailed, and from then on always. */
  commit(writes: readonly Write[]): void;
  close(): void;
}

const DIRECTORY_MODE = 0o700;

/** https://sqlite.org/rescode.html: a schema that isn't ours, damaged pages, not SQLite at all. */
const SQLITE_ERROR = 1;
const SQLITE_CORRUPT = 11;
const SQLITE_CONSTRAINT = 19;
const SQLITE_NOTADB = 26;

/**
 * Opens or creates the state. Throws DirectoryInUse, StateOfAnotherCluster, or StoreFailed when the
 * medium can't be used.
 */
export function openStore(options: StoreOptions): Store {
  const { directory } = options;
  mkdirSync(directory, { recursive: true, mode: DIRECTORY_MODE });
  chmodSync(directory, DIRECTORY_MODE);
  const lock = lockDirectory(directory);
  try {
    const { settings } = options;
    const { database, lost } = openState(options);
    return createStore(database, { lost, settings, release: () => lock.release() });
  } catch (error) {
    lock.release();
    throw error;
  }
}

interface Opened {
  readonly database: DatabaseSync;
  readonly lost: string | undefined;
}

function openState(options: StoreOptions): Opened {
  const path = join(options.directory, 'state');
  const existing = openExisting(path, options);
  if (typeof existing !== 'string') return { database: existing, lost: undefined };
  const aside = setAside(path);
  const lost = `the state was not used, because ${existing}; it lies in ${aside} now`;
  return { database: createState(path, options), lost };
}

/** The state if it can be used, or why it is lost. */
function openExisting(path: string, options: StoreOptions): DatabaseSync | string {
  mkdirSync(path, { recursive: true, mode: DIRECTORY_MODE });
  let database: DatabaseSync | undefined;
  try {
    database = openDatabase({ path: stateFile(path), durability: 'full' });
    if (isNew(database)) return fill(database, options);
    const reason = findLoss(database, options);
    if (reason === undefined) {
      refuseOtherSettings(database, options);
      return renewUnregistered(database, options);
    }
    database.close();
    return reason;
  } catch (error) {
    database?.close();
    if (isDamage(error)) return `its file is damaged (${error.message})`;
    throw error;
  }
}

function createState(path: string, options: StoreOptions): DatabaseSync {
  mkdirSync(path, { mode: DIRECTORY_MODE });
  return fill(openDatabase({ path: stateFile(path), durability: 'full' }), options);
}

function fill(database: DatabaseSync, { binding, generateIdentity, directory }: StoreOptions) {
  const { cluster, nodeName, machineId } = binding;
  transact(database, () => {
    database.exec(`${STATE_SCHEMA} ${LATER_SCHEMA} PRAGMA user_version = ${STATE_FORMAT};`);
    database.prepare('INSERT INTO binding VALUES (1, ?, ?, ?)').run(cluster, nodeName, machineId);
    insertSelf(database, generateIdentity());
  });
  syncDirectory(directory);
  return database;
}

function insertSelf(database: DatabaseSync, { peer, privateKey }: Identity): void {
  const sql = `INSERT INTO self (one, peer, private_key, epoch, registered_rev, view_rev, founder)
    VALUES (1, ?, ?, 0, 0, 0, NULL)`;
  database.prepare(sql).run(peer, privateKey);
}

/** A file without tables: never filled, or the process ended before it was. */
function isNew(database: DatabaseSync): boolean {
  return database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.['tables'] === 0;
}

/** Why the state can't be used; undefined when it can. Throws StateOfAnotherCluster. */
function findLoss(database: DatabaseSync, { directory, binding }: StoreOptions) {
  checkFormat(database, directory);
  const stored = database.prepare('SELECT * FROM binding').get();
  if (stored === undefined) return 'its file does not say what it belongs to';
  if (stored['cluster'] !== binding.cluster)
    throw anotherCluster(directory, stored['cluster'], binding);
  if (stored['node_name'] !== binding.nodeName) {
    return `it is of node "${String(stored['node_name'])}" and this is "${binding.nodeName}"`;
  }
  if (stored['machine_id'] !== binding.machineId) {
    return `it was written on another machine or Node (id ${String(stored['machine_id'])})`;
  }
  const check = database.prepare('PRAGMA quick_check').get();
  if (check?.['quick_check'] !== 'ok') return `its file is damaged (${JSON.stringify(check)})`;
  database.exec(LATER_SCHEMA);
  const fence = readFence(database);
  if (fence !== undefined) return `its identity must not be used again: ${fence}`;
  const { registeredRev, view } = readDurable(database).custody;
  const { peer } = readSelf(database);
  if (registeredRev === 0n || view.members.has(peer)) return undefined;
  return `its identity ${peer} was removed from the cluster`;
}

/**
 * Throws StateOfAnotherCluster. A peer that holds nothing has nothing that would be cut off, and
 * whoever gave it settings that the others refuse must be able to correct them.
 */
function refuseOtherSettings(database: DatabaseSync, { directory, settings }: StoreOptions): void {
  const change = findSettingsChange(database, settings);
  if (change === undefined) return;
  const { hold, pending } = readDurable(database).custody;
  if (hold.length === 0 && pending.length === 0) return;
  throw new StateOfAnotherCluster(
    `the state in ${directory} is of a cluster with ${change.was}, and this peer is told to use ` +
      `${change.wanted}: start it with what it had. All other peers refuse anything else, too; ` +
      'only a cluster that is made anew, with the state of every peer removed, has another ' +
      'universe or VNI',
  );
}

/**
 * An identity registers exactly once: when we don't know whether it did, it is thrown away. It
 * holds nothing, because nothing is granted before the answer to its registration is on disk; what
 * attachments it has were carried over, and stay.
 */
function renewUnregistered(
  database: DatabaseSync,
  { generateIdentity }: StoreOptions,
): DatabaseSync {
  if (readSelf(database).registeredRev !== 0n) return database;
  transact(database, () => {
    for (const table of ['pending', 'counterparty', 'block', 'member', 'self']) {
      database.exec(`DELETE FROM ${table}`);
    }
    insertSelf(database, generateIdentity());
  });
  return database;
}

function createStore(
  database: DatabaseSync,
  {
    lost,
    settings,
    release,
  }: Pick<Store, 'lost'> & Pick<StoreOptions, 'settings'> & { readonly release: () => void },
): Store {
  transact(database, () => database.exec('UPDATE self SET epoch = epoch + 1'));
  const { peer, privateKey, epoch } = readSelf(database);
  const writer = new StateWriter(database);
  let failure: StoreFailed | undefined;
  return {
    identity: { peer, privateKey },
    epoch,
    lost,
    load: () => readDurable(database),
    rememberSettings: () => writeSettings(database, settings),
    commit: (writes) => {
      if (failure !== undefined) throw failure;
      try {
        transact(database, () => writes.forEach((write) => writer.apply(write)));
      } catch (error) {
        failure = new StoreFailed(`the state could not be written: ${String(error)}`, {
          cause: error,
        });
        if (hasSqliteCode(error, SQLITE_CONSTRAINT)) throw new AssertionFailure(failure.message);
        throw failure;
      }
    },
    close: () => {
      database.close();
      release();
    },
  };
}

function isDamage(error: unknown): error is Error {
  const codes = [SQLITE_ERROR, SQLITE_CORRUPT, SQLITE_NOTADB];
  return error instanceof StateDamaged || codes.some((code) => hasSqliteCode(error, code));
}

function checkFormat(database: DatabaseSync, directory: string): void {
  const format = database.prepare('PRAGMA user_version').get()?.['user_version'];
  if (typeof format === 'number' && format > STATE_FORMAT) {
    throw new StoreFailed(
      `the state in ${directory} has format ${format} of a later version (this one reads ` +
        `${STATE_FORMAT}): start that version, or give this one another state directory`,
    );
  }
}

function anotherCluster(directory: string, stored: unknown, { cluster }: Binding) {
  return new StateOfAnotherCluster(
    `the state in ${directory} is of cluster "${String(stored)}", not of "${cluster}": start the ` +
      'peer with the cluster name it had, or with an empty state directory',
  );
}
