/**
 * Kernel settings as files. Names have slashes, as in `net/ipv4/ip_forward`. Those of the network
 * are of the namespace that the calling thread is in, wherever the files are mounted.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where every Linux has them. A container's own is read-only: it needs the host's, mounted elsewhere. */
export const SYSCTL_DIRECTORY = '/proc/sys';

export interface Sysctls {
  /** Without the line end; undefined where it can't be read. */
  read(name: string): string | undefined;
  /** Throws the file system's error. */
  write(name: string, value: string): void;
}

/** The settings below `directory`. */
export function sysctlsIn(directory: string): Sysctls {
  return {
    read(name) {
      try {
        return readFileSync(join(directory, name), 'utf8').trimEnd();
      } catch {
        // Not there, or it went with its interface just now; who then writes it learns the reason.
        return undefined;
      }
    },
    write(name, value) {
      // Neither created nor truncated: a setting that is not there is an error.
      writeFileSync(join(directory, name), value, { flag: 'r+' });
    },
  };
}

/** The settings of the namespace that the calling thread is in at each call. */
export const processSysctls: Sysctls = sysctlsIn(SYSCTL_DIRECTORY);
