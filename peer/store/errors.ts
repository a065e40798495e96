/** What can be wrong with a state directory, each as an error of its own. */

/** The state belongs to another cluster, or to one with another universe or VNI. Nothing was changed. */
export class StateOfAnotherCluster extends Error {
  override readonly name = 'StateOfAnotherCluster';
}

/** Another process has the directory open. */
export class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse';
}

/**
 * The medium failed. What was in memory may be ahead of what is on disk, so the process has to end
 * and start again from the disk: after a failed fsync the kernel may drop the data it could not
 * write and call the next fsync a success (Rebello et al., "Can Applications Recover from fsync
 * Failures?", ATC 2020).
 */
export class StoreFailed extends Error {
  override readonly name = 'StoreFailed';
}

/** The file can be read, but what it says can't be our state. Handled inside: the state is lost. */
export class StateDamaged extends Error {
  override readonly name = 'StateDamaged';
}

/** Whether the error is SQLite's of this primary result code. */
export function hasSqliteCode(error: unknown, code: number): boolean {
  // The low byte of an extended code is its primary code.
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === code;
}
