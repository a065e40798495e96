/**
 * The arbiter of a cluster whose registry is one process: a single node, tests, development. The
 * same log as the seeds', decided by writing it to a SQLite file.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { View } from '../ipam/custody-state.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import { openDatabase } from '../store/database.ts';
import { type Arbiter, ArbiterRefusal } from './arbiter.ts';
import {
  type Batch,
  EMPTY_REGISTRY,
  type Entry,
  type Registry,
  applyBatch,
  changes,
  describeRefusal,
  viewOf,
} from './log.ts';
import { parseBatch } from './seeds/messages.ts';

/** The registry's file can't be read. Nothing was changed. */
export class RegistryDamaged extends Error {
  override readonly name = 'RegistryDamaged';
}

const SCHEMA = `CREATE TABLE IF NOT EXISTS decision
  (position INTEGER PRIMARY KEY, batch TEXT NOT NULL) STRICT`;

/** `directory` belongs to this process: open the store first. Throws RegistryDamaged. */
export function openSoloArbiter(directory: string): SoloArbiter {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, 'registry.sqlite');
  let database: DatabaseSync | undefined;
  try {
    database = openDatabase({ path, durability: 'full' });
    return new SoloArbiter(database, readRegistry(database));
  } catch (error) {
    database?.close();
    throw new RegistryDamaged(
      `the registry in ${path} can't be read (${String(error)}): restore the file as it was, or ` +
        'found the cluster anew with empty state directories',
      { cause: error },
    );
  }
}

export class SoloArbiter implements Arbiter {
  readonly #database: DatabaseSync;
  #registry: Registry;

  constructor(database: DatabaseSync, registry: Registry) {
    this.#database = database;
    this.#registry = registry;
  }

  async genesis(founder: PeerId): Promise<PeerId> {
    this.#decide({ type: 'genesis', founder });
    return this.#registry.founder ?? founder;
  }

  async register(name: string, id: PeerId, replaces?: PeerId): Promise<View> {
    const registration = { type: 'register', name, id, replaces } as const;
    this.#decide(registration);
    const refusal = describeRefusal(this.#registry, registration);
    if (refusal !== undefined) throw new ArbiterRefusal(refusal);
    return viewOf(this.#registry);
  }

  async remove(name: string, id: PeerId): Promise<View> {
    this.#decide({ type: 'remove', name, id });
    return viewOf(this.#registry);
  }

  async list(): Promise<View> {
    return viewOf(this.#registry);
  }

  async executor(self: PeerId): Promise<PeerId> {
    this.#decide({ type: 'executor', id: self });
    const { executor } = this.#registry;
    if (executor === undefined) throw new ArbiterRefusal(`${self} is no member: it can't reclaim`);
    return executor;
  }

  close(): void {
    this.#database.close();
  }

  #decide(entry: Entry): void {
    if (!changes(this.#registry, entry)) return;
    const batch: Batch = [entry];
    const sql = 'INSERT INTO decision (position, batch) VALUES (?, ?)';
    this.#database.prepare(sql).run(this.#registry.rev, JSON.stringify(batch));
    this.#registry = applyBatch(this.#registry, batch);
  }
}

function readRegistry(database: DatabaseSync): Registry {
  database.exec(SCHEMA);
  let registry = EMPTY_REGISTRY;
  for (const row of database.prepare('SELECT * FROM decision ORDER BY position').all()) {
    const batch = parseBatch(JSON.parse(String(row['batch'])));
    if (batch === undefined || row['position'] !== Number(registry.rev)) {
      throw new RegistryDamaged(`revision ${String(row['position'])} can't be read`);
    }
    registry = applyBatch(registry, batch);
  }
  return registry;
}
