/**
 * The cache of parts that take minutes to make: one directory for each, named for the part and a hash
 * of all that it is made from. A directory under its final name is complete, since it is made under
 * another name and renamed; two processes never make at once.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';

export interface CachedPart {
  /** Names the directory, such as `coredns`. */
  readonly part: string;
  /** All that the result depends on, besides the machine's architecture. */
  readonly inputs: readonly string[];
  /** Fills the directory, which is there and empty. */
  readonly make: (directory: string) => Promise<void>;
}

/**
 * How many versions of a part stay: the one in use, and the one before it, which a cluster that is
 * up may have been started from.
 */
const KEPT_VERSIONS = 2;
/** Sixteen hexadecimal digits: no two of the few versions of a part have the same by chance. */
const KEY_LENGTH = 16;
const UNFINISHED = '.making-';
/** Sooner it isn't worth a line: most of what another process makes is done in a moment. */
const WAITING_NOTICE_MS = 1_000;

/** Where the parts lie: below XDG_CACHE_HOME, or ~/.cache. */
export function cacheDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  const given = environment['XDG_CACHE_HOME'] ?? '';
  return path.join(given === '' ? path.join(homedir(), '.cache') : given, 'weft', 'kubernetes');
}

/** The name that a part has in the cache, for these inputs. */
export function cacheName(part: string, inputs: readonly string[]): string {
  const hash = createHash('sha256');
  // Each with its length before it, so that no two lists run into the same bytes.
  for (const input of [process.arch, ...inputs])
    hash.update(`${Buffer.byteLength(input)}:${input}`);
  return `${part}-${hash.digest('hex').slice(0, KEY_LENGTH)}`;
}

export class PartsCache {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
    mkdirSync(directory, { recursive: true });
  }

  /** The directory of a part that is complete, or undefined. */
  find({ part, inputs }: Pick<CachedPart, 'part' | 'inputs'>): string | undefined {
    const directory = path.join(this.directory, cacheName(part, inputs));
    if (statSync(directory, { throwIfNoEntry: false }) === undefined) return undefined;
    // The time says which versions were used last, for removeOldVersions.
    utimesSync(directory, new Date(), new Date());
    return directory;
  }

  /** The directory of a part, made now if it is not there. Call it inside `whileLocked`. */
  async provide(wanted: CachedPart): Promise<string> {
    const found = this.find(wanted);
    if (found !== undefined) return found;
    const name = cacheName(wanted.part, wanted.inputs);
    const unfinished = path.join(this.directory, `${UNFINISHED}${name}`);
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished);
    await wanted.make(unfinished);
    const directory = path.join(this.directory, name);
    renameSync(unfinished, directory);
    this.removeOldVersions(wanted.part);
    return directory;
  }

  /** Does the work while no other process makes parts. The lock ends with it, or with this process. */
  async whileLocked<Result>(onWait: () => void, work: () => Promise<Result>): Promise<Result> {
    const notice = setTimeout(onWait, WAITING_NOTICE_MS);
    // The kernel's lock goes with whoever holds it: cat ends when our end of its input is closed.
    const lock = path.join(this.directory, '.lock');
    const [file, ...args] = ['flock', lock, 'sh', '-c', 'echo held; exec cat'];
    const holder = execa(file, args, {
      stdin: 'pipe',
      stdout: 'pipe',
      buffer: false,
    });
    try {
      await Promise.race([once(holder.stdout, 'data'), holder]);
      clearTimeout(notice);
      this.#removeUnfinished();
      return await work();
    } finally {
      clearTimeout(notice);
      holder.stdin.end();
      await holder;
    }
  }

  /** What a process left that was killed while it made something; nobody does, while we hold the lock. */
  #removeUnfinished(): void {
    for (const name of readdirSync(this.directory))
      if (name.startsWith(UNFINISHED))
        rmSync(path.join(this.directory, name), { recursive: true, force: true });
  }

  /** Keeps the versions of the part that were used last. */
  removeOldVersions(part: string): void {
    const pattern = new RegExp(`^${RegExp.escape(part)}-[0-9a-f]{${KEY_LENGTH}}$`);
    const versions = readdirSync(this.directory)
      .filter((name) => pattern.test(name))
      .map((name) => path.join(this.directory, name))
      .map((directory) => ({ directory, usedMs: statSync(directory).mtimeMs }))
      .sort((a, b) => b.usedMs - a.usedMs);
    for (const { directory } of versions.slice(KEPT_VERSIONS))
      rmSync(directory, { recursive: true, force: true });
  }
}
