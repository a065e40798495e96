/**
 * A file that others read while we replace it: they find the old one or the new one, whole, after a
 * power cut too. Whoever has the old one open keeps it. And what a file system says no to, for people.
 */
import type { Stats } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface InstalledFile {
  readonly directory: string;
  readonly name: string;
  readonly content: string | Uint8Array;
  readonly mode: number;
}

/** Rejects with the file system's error; then nothing has changed. */
export async function replaceFile({
  directory,
  name,
  content,
  mode,
}: InstalledFile): Promise<void> {
  const unfinished = unfinishedPath(directory, name);
  // An earlier one may be a link to somewhere: it goes, and is not written through.
  await removeUnfinished(directory, name);
  try {
    await using file = await open(unfinished, 'wx', mode);
    // The mode of open() is cut by the umask.
    await file.chmod(mode);
    await file.writeFile(content);
    await file.sync();
    await rename(unfinished, join(directory, name));
  } catch (error) {
    await removeUnfinished(directory, name);
    throw error;
  }
  await using folder = await open(directory, 'r');
  await folder.sync();
}

/** What a crash in the middle of replaceFile left. None is fine. */
export async function removeUnfinished(directory: string, name: string): Promise<void> {
  await rm(unfinishedPath(directory, name), { force: true });
}

/** The same for every run, so that leftovers don't pile up; no runtime reads an ending like it. */
function unfinishedPath(directory: string, name: string): string {
  return join(directory, `.${name}.unfinished`);
}

/** Undefined if there is nothing, or a link that leads nowhere. Rejects with the file system's error. */
export async function statFile(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** The file system's reason, and what to do where that is known. */
export function explainFileError(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  switch (codeOf(error)) {
    case 'EACCES':
    case 'EPERM':
      return (
        `${reason}. The directory has to be root's own and writable for it: ` +
        'root in a container without CAP_DAC_OVERRIDE writes to no other'
      );
    case 'EROFS':
      return `${reason}. Mount it writable, or name another directory`;
    case 'ENOENT':
      return `${reason}. Make what is missing, or mount it`;
    default:
      return reason;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
