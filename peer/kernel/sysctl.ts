/**
 * Kernel settings below /proc/sys. Names have slashes, as in `net/ipv4/ip_forward`. Those of the
 * network are of the namespace that the calling thread is in.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const ROOT = '/proc/sys';

export interface Sysctls {
  /** Without the line end; undefined where it can't be read. */
  read(name: string): string | undefined;
  /** Throws the file system's error. */
  write(name: string, value: string): void;
}

/** The settings of the namespace that the calling thread is in at each call. */
export const processSysctls: Sysctls = {
  read(name) {
    try {
      return readFileSync(`${ROOT}/${name}`, 'utf8').trimEnd();
    } catch {
      // Not there, or it went with its interface just now; who then writes it learns the reason.
      return undefined;
    }
  },
  write(name, value) {
    // Neither created nor truncated: a setting that is not there is an error.
    writeFileSync(`${ROOT}/${name}`, value, { flag: 'r+' });
  },
};
