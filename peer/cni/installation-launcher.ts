/**
 * The launcher in the directory of the runtime's plugins: put there if it is missing or another than
 * the one we bring. One that runs keeps the file that it was started from.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { explainFileError, removeUnfinished, replaceFile, statFile } from './installation-file.ts';

/** The plugin's type, by which the network configuration list calls it. */
export const LAUNCHER_NAME = 'weft';

/** Where plugin/launcher/build.sh puts it. */
export const BUILT_LAUNCHER = fileURLToPath(new URL('../../build/weft', import.meta.url));

/** A text that every launcher of ours holds, whatever its version, and hardly anything else does. */
const LAUNCHER_SIGN = 'WEFT_CNI_SOCKET';

/** Ten times what one has: a program that is longer is not ours. */
const LAUNCHER_BYTES_MAX = 8 * 1024 * 1024;

const MODE = 0o755;

export class LauncherInstallation {
  readonly #directory: string;
  readonly #source: string;
  /** What the installed one looked like when it was last found right. */
  #right: string | undefined;

  constructor(directory: string, source: string) {
    this.#directory = directory;
    this.#source = source;
  }

  get path(): string {
    return join(this.#directory, LAUNCHER_NAME);
  }

  /** Whether it did anything. Rejects with what the operator has to know. */
  async ensure(): Promise<boolean> {
    try {
      const found = await this.#describe();
      return (found === undefined || found !== this.#right) && (await this.#update());
    } catch (error) {
      const reason = explainFileError(error);
      throw new Error(`the launcher can't be installed as ${this.path}: ${reason}`, {
        cause: error,
      });
    }
  }

  async #update(): Promise<boolean> {
    const directory = this.#directory;
    const content = await readFile(this.#source);
    await removeUnfinished(directory, LAUNCHER_NAME);
    const isOther = !(await isSameProgram(this.path, content));
    if (isOther) await replaceFile({ directory, name: LAUNCHER_NAME, content, mode: MODE });
    this.#right = await this.#describe();
    return isOther;
  }

  /** By what the file system knows of it: reading it whole every few seconds would be a waste. */
  async #describe(): Promise<string | undefined> {
    const found = await statFile(this.path);
    return found && [found.ino, found.size, found.mode, found.mtimeMs, found.ctimeMs].join(' ');
  }
}

/** Is the program a launcher of ours, of whatever version? Rejects with the file system's error. */
export async function isLauncher(path: string): Promise<boolean> {
  const found = await statFile(path);
  if (found === undefined || !found.isFile() || found.size > LAUNCHER_BYTES_MAX) return false;
  return (await readFile(path)).includes(LAUNCHER_SIGN);
}

async function isSameProgram(path: string, content: Uint8Array): Promise<boolean> {
  const found = await statFile(path);
  if (found === undefined || !found.isFile() || found.size !== content.length) return false;
  if ((found.mode & MODE) !== MODE) return false;
  return Buffer.compare(await readFile(path), content) === 0;
}
