/**
 * The nftables table of ours in the process' network namespace, through the program `nft`: read as
 * a whole, replaced as a whole in one transaction. No other table is ever named.
 *
 * By node:child_process: execa would do it as well, and takes 20 MB of the peer's memory to load.
 */
import { execFile } from 'node:child_process';
import { RULESET_TABLE, type Ruleset, type RulesetObject } from '../overlay/ruleset.ts';

/** It takes 5 ms, and some hundred times that on a host with tens of thousands of foreign rules. */
const NFT_TIMEOUT_MS = 10_000;

/** Our table is about 3 KB as JSON; what is so much longer is not what we made. */
const NFT_OUTPUT_BYTES_MAX = 1024 * 1024;

/** What of its complaint is repeated. */
const COMPLAINT_LENGTH_MAX = 300;

export class NftablesError extends Error {
  override readonly name = 'NftablesError';
}

/** There is no program of the name. */
export class NftMissing extends NftablesError {
  constructor(cause: unknown) {
    super('nft is not installed: install nftables on this host, or give --no-masquerade', {
      cause,
    });
  }
}

export interface Nftables {
  /** What is in our table; empty if there is none. Rejects with NftablesError. */
  read(): Promise<Ruleset>;
  /** Puts these objects, or with none of them nothing, in the place of our table. Rejects likewise. */
  replace(ruleset: Ruleset): Promise<void>;
}

/** `command` runs nft: a test puts words before it that enter a namespace. */
export function openNftables(command: readonly string[] = ['nft']): Nftables {
  const { family, table } = RULESET_TABLE;
  return {
    async read() {
      const { complaint, stdout } = await run([...command, '-j', 'list', 'table', family, table]);
      if (complaint === undefined) return parseListing(stdout);
      if (isAbsence(complaint)) return [];
      throw new NftablesError(`nft can't list the table ${family} ${table}: ${complaint}`);
    },
    async replace(ruleset) {
      // As an argument: nft can't open a standard input of Node's, which is a socket.
      const transaction = JSON.stringify({ nftables: commandsFor(ruleset) });
      const { complaint } = await run([...command, '-j', transaction]);
      if (complaint === undefined) return;
      throw new NftablesError(`nft can't replace the table ${family} ${table}: ${complaint}`);
    },
  };
}

/** Adding a table that is there changes nothing, so that it can be deleted whether or not it was. */
function commandsFor(ruleset: Ruleset): readonly object[] {
  const { family, table } = RULESET_TABLE;
  const own = { table: { family, name: table } };
  return [{ add: own }, { delete: own }, ...ruleset.map((object) => ({ add: object }))];
}

function parseListing(text: string): Ruleset {
  const objects: unknown = parseJson(text)['nftables'];
  if (Array.isArray(objects) && objects.every(isObject)) return objects as readonly RulesetObject[];
  throw new NftablesError('nft listed something without a list of objects');
}

function parseJson(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : {};
  } catch (cause) {
    throw new NftablesError('nft listed something that is no JSON', { cause });
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** strerror(ENOENT) in the C locale, which is asked for below. */
function isAbsence(complaint: string): boolean {
  return complaint.includes('No such file or directory');
}

interface Outcome {
  readonly stdout: string;
  /** Why it failed, in its own words; undefined if it did not. */
  readonly complaint: string | undefined;
}

function run([file = '', ...args]: readonly string[]): Promise<Outcome> {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  const options = {
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    timeout: NFT_TIMEOUT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: NFT_OUTPUT_BYTES_MAX,
  } as const;
  execFile(file, args, options, (error, stdout, stderr) => {
    if (error?.code === 'ENOENT') reject(new NftMissing(error));
    else resolve({ stdout, complaint: error === null ? undefined : complaintOf(error, stderr) });
  });
  return promise;
}

function complaintOf(
  { message, killed }: { message: string; killed?: boolean },
  stderr: string,
): string {
  if (killed === true) return `no answer in ${NFT_TIMEOUT_MS / 1000} s, or more than it may say`;
  const [line = message] = stderr.split('\n').filter((it) => it.trim() !== '');
  return line.replace(/^.*?Error: /, '').slice(0, COMPLAINT_LENGTH_MAX);
}
