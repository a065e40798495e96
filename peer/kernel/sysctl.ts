/**
 * Kernel settings below /proc/sys. Names have slashes, as in `net/ipv4/ip_forward`. Those of the
 * network are of the namespace that the calling thread is in.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const ROOT = '/proc/sys';

export interface Sysctls {
  /** Without the line end; undefined where the kernel has no such setting. */
  read(name: string): string | undefined;
  /** Throws the file system's error. */
  write(name: string, value: string): void;
}

/** The settings of the namespace that the calling thread is in at each call. */
export const processSysctls: Sysctls = {
  read(name) {
    try {
      return readFileSync(`${ROOT}/${name}`, 'utf8').trimEnd();
    } catch (error) {
      if (isNoSuchFile(error)) return undefined;
      throw error;
    }
  },
  write(name, value) {
    // Neither created nor truncated: a setting that is not there is an error.
    writeFileSync(`${ROOT}/${name}`, value, { flag: 'r+' });
  },
};

function isNoSuchFile(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
