/**
 * A seed's votes and the decided log in a SQLite file of their own, bound to the seed's index and
 * the list of seeds: a vote belongs to a place in the list, not to a process or an identity. Unlike
 * a peer's state this is never set aside by itself, because a seed that forgot its promises could
 * help to decide an index twice. A file that was just made doesn't vote: see enrolment.ts.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { assert } from '../../assert.ts';
import { openDatabase, transact } from '../../store/database.ts';
import { StoreFailed, hasSqliteCode } from '../../store/errors.ts';
import type { Batch } from '../log.ts';
import type { AcceptorStore, Vote } from './acceptor.ts';
import { type Enrolled, parseBallot, parseBatch, parseProposal } from './messages.ts';

export interface AcceptorBinding {
  readonly cluster: string;
  /** Index of this seed in the list. */
  readonly seed: number;
  /** The configured list, in its order. */
  readonly seeds: readonly string[];
}

/** The votes are of another cluster, seed or list of seeds. Nothing was changed. */
export class VotesOfAnotherSeed extends Error {
  override readonly name = 'VotesOfAnotherSeed';
}

/** The votes of a seed that has voted are gone. */
export class VotesMissing extends Error {
  override readonly name = 'VotesMissing';
}

/** The votes can't be read. Nothing was changed. */
export class VotesDamaged extends Error {
  override readonly name = 'VotesDamaged';
}

/**
 * `enrolment` is of this store, `lost_votes` has a row where votes before it were lost; `other` has what
 * other seeds were told. Tables are only added, each as it is: a version before or after reads the rest.
 */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS seed (
  one INTEGER PRIMARY KEY CHECK (one = 1), binding TEXT NOT NULL, run INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS vote (
  position INTEGER PRIMARY KEY, promised TEXT NOT NULL, accepted TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS decision (position INTEGER PRIMARY KEY, batch TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS enrolment (
  one INTEGER PRIMARY KEY CHECK (one = 1), name TEXT NOT NULL, floor INTEGER
) STRICT;
CREATE TABLE IF NOT EXISTS lost_votes (one INTEGER PRIMARY KEY CHECK (one = 1)) STRICT;
CREATE TABLE IF NOT EXISTS other (
  seed INTEGER PRIMARY KEY, name TEXT NOT NULL, floor INTEGER NOT NULL, replaces INTEGER NOT NULL
) STRICT;
`;

const NOTE_LOSS = 'INSERT INTO lost_votes (one) VALUES (1) ON CONFLICT DO NOTHING';

/** What is noted when the file is made, and never again. */
export interface Making {
  /** This peer has registered, so a vote of its place was counted before. */
  readonly wasRegistered: boolean;
}

export type ClosableAcceptorStore = AcceptorStore & { close(): void };

/** `directory` belongs to this process: open the store first. Throws VotesOfAnotherSeed, VotesDamaged. */
export function openAcceptorStore(
  directory: string,
  binding: AcceptorBinding,
  making: Making,
): ClosableAcceptorStore {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, 'votes.sqlite');
  try {
    return createAcceptorStore(openDatabase({ path, durability: 'full' }), binding, making);
  } catch (error) {
    if (error instanceof VotesOfAnotherSeed) throw error;
    const isDamaged = DAMAGE_CODES.some((code) => hasSqliteCode(error, code));
    const advice = binding.seeds.length === 1 ? NO_OTHERS : WITH_OTHERS;
    throw new VotesDamaged(
      `the votes in ${path} can't be read (${String(error)}): ` +
        (isDamaged ? advice : 'nothing was changed; mend that, and start again'),
      { cause: error },
    );
  }
}

/** SQLITE_CORRUPT and SQLITE_NOTADB, https://sqlite.org/rescode.html. Votes are not thrown away for less. */
const DAMAGE_CODES = [11, 26];
const WITH_OTHERS =
  'restore the file as it was, or remove it: then this seed votes again when all other seeds have answered it';
const NO_OTHERS =
  'restore the file as it was; a single seed has no others to vote again with, so nothing else brings it back';

/** Closes the database when it throws. */
export function createAcceptorStore(
  database: DatabaseSync,
  binding: AcceptorBinding,
  making: Making,
): ClosableAcceptorStore {
  try {
    startRun(database, JSON.stringify(binding), making);
    return new SqliteAcceptorStore(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** In one commit: a file without a row of its seed has never voted, and none is left half made. */
function startRun(database: DatabaseSync, binding: string, { wasRegistered }: Making): void {
  transact(database, () => {
    database.exec(SCHEMA);
    const isNew = countRun(database, binding);
    // What voted before there were floors goes on from the first index.
    const sql = `INSERT INTO enrolment (one, name, floor) VALUES (1, ?, ?) ON CONFLICT DO NOTHING`;
    database.prepare(sql).run(randomBytes(16).toString('hex'), isNew ? null : 0);
    if (isNew && wasRegistered) database.exec(NOTE_LOSS);
  });
}

/** Answers whether it is the first. */
function countRun(database: DatabaseSync, binding: string): boolean {
  const known = database.prepare('SELECT binding FROM seed').get()?.['binding'];
  if (known !== undefined && known !== binding) {
    throw new VotesOfAnotherSeed(
      `this seed's votes were made as ${String(known)}, and it is configured as ${binding}: give it ` +
        'the list of seeds and the place in it that it had',
    );
  }
  const sql = `INSERT INTO seed (one, binding, run) VALUES (1, ?, 1)
    ON CONFLICT DO UPDATE SET run = run + 1`;
  database.prepare(sql).run(binding);
  return known === undefined;
}

class SqliteAcceptorStore implements ClosableAcceptorStore {
  readonly run: number;
  readonly name: string;
  readonly #database: DatabaseSync;
  #floor: number | undefined;
  #lost: boolean;
  #failure: StoreFailed | undefined;

  constructor(database: DatabaseSync) {
    this.#database = database;
    const row = database.prepare('SELECT run, name, floor FROM seed, enrolment').get();
    this.run = Number(row?.['run']);
    this.name = String(row?.['name']);
    this.#floor = row?.['floor'] === null ? undefined : Number(row?.['floor']);
    this.#lost = database.prepare('SELECT one FROM lost_votes').get() !== undefined;
  }

  get floor(): number | undefined {
    return this.#floor;
  }

  saveFloor(floor: number): void {
    assert(this.#floor === undefined, `the floor is ${this.#floor} already, and not ${floor}`);
    this.#write(() => this.#database.prepare('UPDATE enrolment SET floor = ?').run(floor));
    this.#floor = floor;
  }

  get lost(): boolean {
    return this.#lost;
  }

  saveLost(): void {
    this.#write(() => this.#database.exec(NOTE_LOSS));
    this.#lost = true;
  }

  enrolled(seed: number): Enrolled | undefined {
    const row = this.#database.prepare('SELECT * FROM other WHERE seed = ?').get(seed);
    if (row === undefined) return undefined;
    const replaces = row['replaces'] === 1;
    return { store: String(row['name']), floor: Number(row['floor']), replaces };
  }

  saveEnrolled(seed: number, { store, floor, replaces }: Enrolled): void {
    const sql = 'INSERT OR REPLACE INTO other (seed, name, floor, replaces) VALUES (?, ?, ?, ?)';
    const flag = replaces ? 1 : 0;
    this.#write(() => this.#database.prepare(sql).run(seed, store, floor, flag));
  }

  vote(index: number): Vote {
    const sql = 'SELECT promised, accepted FROM vote WHERE position = ?';
    const row = this.#database.prepare(sql).get(index);
    if (row === undefined) return { promised: undefined, accepted: undefined };
    const promised = parseBallot(parseJson(row['promised']));
    if (promised === undefined) throw new VotesDamaged(`the promise at ${index} can't be read`);
    if (row['accepted'] === null) return { promised, accepted: undefined };
    const accepted = parseProposal(parseJson(row['accepted']));
    if (accepted === undefined) throw new VotesDamaged(`the vote at ${index} can't be read`);
    return { promised, accepted };
  }

  saveVote(index: number, { promised, accepted }: Vote): void {
    const sql = `INSERT INTO vote (position, promised, accepted) VALUES (?, ?, ?)
      ON CONFLICT DO UPDATE SET promised = excluded.promised, accepted = excluded.accepted`;
    const proposal = accepted === undefined ? null : JSON.stringify(accepted);
    this.#write(() => this.#database.prepare(sql).run(index, JSON.stringify(promised), proposal));
  }

  decision(index: number): Batch | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    const row = this.#database.prepare('SELECT batch FROM decision WHERE position = ?').get(index);
    return row === undefined ? undefined : batchOf(row['batch']);
  }

  saveDecision(index: number, batch: Batch): void {
    this.#write(() => {
      const sql = 'INSERT INTO decision (position, batch) VALUES (?, ?)';
      this.#database.prepare(sql).run(index, JSON.stringify(batch));
      this.#database.prepare('DELETE FROM vote WHERE position = ?').run(index);
    });
  }

  decisions(from: number, count: number): readonly Batch[] {
    const sql = `SELECT position, batch FROM decision WHERE position >= ? AND position < ?
      ORDER BY position`;
    const rows = this.#database.prepare(sql).all(from, from + count);
    const gap = rows.findIndex((row, i) => row['position'] !== from + i);
    return rows.slice(0, gap < 0 ? rows.length : gap).map((row) => batchOf(row['batch']));
  }

  end(): number {
    return this.#endOf('SELECT position FROM vote WHERE accepted IS NOT NULL');
  }

  touched(): number {
    return this.#endOf('SELECT position FROM vote');
  }

  isWhole(): boolean {
    if (this.#floor === undefined) return false;
    const sql = 'SELECT count(*) AS decided FROM decision WHERE position < ?';
    return this.#database.prepare(sql).get(this.#floor)?.['decided'] === this.#floor;
  }

  close(): void {
    this.#database.close();
  }

  /** One more than the highest position decided or among the votes, and the floor at least. */
  #endOf(votes: string): number {
    const sql = `SELECT max(
      coalesce((SELECT max(position) FROM decision), -1),
      coalesce((SELECT max(position) FROM (${votes})), -1)) AS last`;
    const last = Number(this.#database.prepare(sql).get()?.['last']);
    return Math.max(last + 1, this.#floor ?? 0);
  }

  /** After a failure nothing is voted any more: what is on disk is not known (see StoreFailed). */
  #write(body: () => void): void {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      transact(this.#database, body);
    } catch (error) {
      const message = `this seed's vote could not be written: ${String(error)}`;
      this.#failure = new StoreFailed(message, { cause: error });
      throw this.#failure;
    }
  }
}

function batchOf(text: unknown): Batch {
  const batch = parseBatch(parseJson(text));
  if (batch === undefined) throw new VotesDamaged("a decision can't be read");
  return batch;
}

function parseJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}
