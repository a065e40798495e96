/** What the host's file system says no to, and somebody can mend: told with where and why. */
import { StoreFailed, hasSqliteCode } from './errors.ts';

/** Of the file system: no right, no space, read-only, a failing disk, or another kind of file in the way. */
const FILE_CODES: readonly unknown[] = [
  'EACCES',
  'EPERM',
  'ENOSPC',
  'EDQUOT',
  'EROFS',
  'EIO',
  'ENOTDIR',
  'EISDIR',
  'EEXIST',
  'ELOOP',
  'ERR_FS_EISDIR',
];

/** SQLITE_PERM, _BUSY, _READONLY, _IOERR, _FULL and _CANTOPEN, https://sqlite.org/rescode.html. */
const SQLITE_CODES: readonly number[] = [3, 5, 8, 10, 13, 14];

/** The state directory can't be used now. */
export class StateUnusable extends Error {
  override readonly name = 'StateUnusable';
}

/** Whether the error is the file system's, or SQLite's of it. */
export function isOfMedium(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const isOfFile = 'syscall' in error && 'code' in error && FILE_CODES.includes(error.code);
  return isOfFile || SQLITE_CODES.some((code) => hasSqliteCode(error, code));
}

/** Throws StateUnusable, which names the directory, for what the medium says no to. */
export function inStateDirectory<T>(directory: string, use: () => T): T {
  try {
    return use();
  } catch (error) {
    if (!isOfMedium(error) && !(error instanceof StoreFailed)) throw error;
    throw new StateUnusable(
      `the state directory ${directory} can't be used: ${error.message}. See that this process ` +
        'may write there, and that the disk has space',
      { cause: error },
    );
  }
}
