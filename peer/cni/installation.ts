/**
 * Puts the launcher and the network configuration list where the container runtime looks for them:
 * the launcher at once, the list last and only when the peer serves ADDs, as a runtime takes it for
 * "the network is ready". Looks again and again, so that what somebody removes comes back. Both
 * stay when the peer stops: pods then wait for the next one. `weft reset` takes them away.
 *
 * What can't be done (a directory that is not writable, a list that a person changed) is a problem
 * for the status and stops nothing else.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  classifyConflist,
  CONFLIST_BYTES_MAX,
  CONFLIST_NAME,
  type ConflistKind,
  conflistsBeforeOurs,
  renderConflist,
} from './installation-conflist.ts';
import { explainFileError, removeUnfinished, replaceFile, statFile } from './installation-file.ts';
import { BUILT_LAUNCHER, LauncherInstallation } from './installation-launcher.ts';

/** How often it looks until the list is there: how long a node that serves is not yet Ready. */
export const INSTALL_POLL_MS = 200;

/** And after that: how long what was removed may be missing. A look takes less than a millisecond. */
export const INSTALL_LOOK_MS = 5_000;

const CONFLIST_MODE = 0o644;

export interface InstallationOptions {
  /** Undefined: the launcher is not installed. */
  readonly binDirectory: string | undefined;
  /** Undefined: the list is not installed. */
  readonly confDirectory: string | undefined;
  /** Does the peer serve ADDs now? */
  readonly isReady: () => boolean;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
  };
  /** The launcher to install. */
  readonly launcher?: string;
}

export class Installation {
  readonly #options: InstallationOptions;
  readonly #launcher: LauncherInstallation | undefined;
  #problems: readonly string[] = [];
  #isComplete = false;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: InstallationOptions) {
    const { binDirectory, launcher = BUILT_LAUNCHER } = options;
    this.#options = options;
    if (binDirectory !== undefined) {
      this.#launcher = new LauncherInstallation(binDirectory, launcher);
    }
  }

  /** Begins to look, and goes on until it is stopped. Without directories there is nothing to do. */
  start(): void {
    const { binDirectory, confDirectory } = this.#options;
    if (binDirectory !== undefined || confDirectory !== undefined) this.#lookAndGoOn();
  }

  /** Looks once, and puts what is missing in its place. Never rejects: see problems. */
  async look(): Promise<void> {
    const problems = [...(await this.#ensureLauncher()), ...(await this.#ensureConflist())];
    for (const problem of problems) {
      if (!this.#problems.includes(problem)) this.#options.log.warn({}, problem);
    }
    this.#problems = problems;
  }

  /** Each a sentence with what to do. */
  problems(): readonly string[] {
    return this.#problems;
  }

  /** Ends after the look that is running, and leaves everything in its place. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #lookAndGoOn(): void {
    this.#running = this.look().then(() => {
      if (this.#isStopped) return;
      const pauseMs = this.#isComplete ? INSTALL_LOOK_MS : INSTALL_POLL_MS;
      this.#timer = setTimeout(() => this.#lookAndGoOn(), pauseMs);
    });
  }

  async #ensureLauncher(): Promise<readonly string[]> {
    const launcher = this.#launcher;
    if (launcher === undefined) return [];
    try {
      const isNew = await launcher.ensure();
      if (isNew) this.#options.log.info({ path: launcher.path }, 'installed the launcher');
      return [];
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    }
  }

  async #ensureConflist(): Promise<readonly string[]> {
    const directory = this.#options.confDirectory;
    if (directory === undefined) {
      this.#isComplete = true;
      return [];
    }
    const path = join(directory, CONFLIST_NAME);
    try {
      const found = await this.#updateConflist(directory);
      this.#isComplete = found !== 'absent';
      const before = conflistsBeforeOurs(await readdir(directory));
      return [
        ...describeKept(path, found),
        ...before.map((name) => describeBefore(directory, name)),
      ];
    } catch (error) {
      const reason = explainFileError(error);
      return [`the network configuration can't be installed as ${path}: ${reason}`];
    }
  }

  /** What lies there afterwards. */
  async #updateConflist(directory: string): Promise<ConflistKind> {
    if (!this.#isComplete) await removeUnfinished(directory, CONFLIST_NAME);
    const path = join(directory, CONFLIST_NAME);
    const found = await readConflist(path);
    if ((found !== 'absent' && found !== 'older') || !(await this.#canServe())) return found;
    const content = renderConflist();
    await replaceFile({ directory, name: CONFLIST_NAME, content, mode: CONFLIST_MODE });
    this.#options.log.info({ path }, 'installed the network configuration');
    return 'current';
  }

  /** A list that names a plugin which isn't there makes every pod of the node fail. */
  async #canServe(): Promise<boolean> {
    if (!this.#options.isReady()) return false;
    return this.#launcher === undefined || (await statFile(this.#launcher.path)) !== undefined;
  }
}

/** What lies at the path. Rejects with the file system's error. */
export async function readConflist(path: string): Promise<ConflistKind> {
  const found = await statFile(path);
  if (found === undefined) return 'absent';
  if (!found.isFile() || found.size > CONFLIST_BYTES_MAX) return 'foreign';
  return classifyConflist(await readFile(path, 'utf8'));
}

function describeKept(path: string, found: ConflistKind): readonly string[] {
  if (found === 'foreign') {
    return [
      `${path} was written or changed by somebody else and is left so: remove it to get ours`,
    ];
  }
  if (found === 'newer') {
    return [`${path} is of a later version of weft and is left so: remove it to get ours`];
  }
  return [];
}

function describeBefore(directory: string, name: string): string {
  return (
    `${join(directory, name)} comes before ${CONFLIST_NAME}, so the runtime takes that network ` +
    'for new pods: remove it'
  );
}
