/** The project's own source files, for the tests that hold its rules: what git has or would have, not what is generated. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');

export interface Source {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** All text files that are committed or could be, without what is generated or not ours. */
export function readSources(): readonly Source[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return listed
    .split('\n')
    .filter((file) => file !== '' && !isForeign(file))
    .flatMap(readSource);
}

/** The TypeScript files among them. */
export function readTypeScript(): readonly Source[] {
  return readSources().filter(({ path }) => path.endsWith('.ts'));
}

/** What the machine runs: the text without comments and what strings say, but with what templates compute. */
export function stripCommentsAndStrings(text: string): string {
  const pattern =
    /\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g;
  return text.replaceAll(pattern, (match) => {
    if (match.startsWith('/')) return ' ';
    const computed = match.startsWith('`') ? [...match.matchAll(/\$\{([^}]*)\}/g)] : [];
    return `(${computed.map(([, code]) => code).join(')(')})`;
  });
}

function isForeign(file: string): boolean {
  return (
    file.startsWith('peer/wire/generated/') || file === 'package-lock.json' || file === 'LICENSE'
  );
}

function readSource(file: string): readonly Source[] {
  try {
    return [{ path: file, text: readFileSync(path.join(ROOT, file), 'utf8') }];
  } catch (error) {
    // A file that is deleted but still in git's index is no source any more.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
