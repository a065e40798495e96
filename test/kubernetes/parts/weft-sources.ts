/**
 * What Weft's own image is built from: the Dockerfile of this repository and what its .dockerignore
 * lets through.
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { PartsError } from './command.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../../..');
const IGNORE_FILE = '.dockerignore';

/** The lines of .dockerignore that let something through, without their `!`. It excludes all else. */
export function includedPaths(ignoreFile: string): readonly string[] {
  const lines = ignoreFile.split('\n').map((line) => line.trim());
  if (!lines.includes('*'))
    throw new PartsError(
      `${IGNORE_FILE} has no line "*": what the image is built from can't be told`,
    );
  return lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
}

/** A hash over paths, modes and contents of all that the image is built from. */
export function hashSources(directory = REPOSITORY): string {
  const hash = createHash('sha256');
  for (const file of listFiles(directory)) {
    const content = readFileSync(path.join(directory, file));
    const { mode } = statSync(path.join(directory, file));
    hash.update(`${file}\0${mode}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/**
 * Copies the sources into an empty directory, so that they stay the same while the image is built.
 * Throws PartsError if they are not those with the given hash any more.
 */
export function copySources(target: string, expectedHash: string): void {
  for (const file of sourcePaths(REPOSITORY))
    cpSync(path.join(REPOSITORY, file), path.join(target, file), {
      recursive: true,
      preserveTimestamps: true,
    });
  if (hashSources(target) !== expectedHash)
    throw new PartsError(
      'The sources of Weft changed while they were copied for its image. Run it again.',
    );
}

function sourcePaths(directory: string): readonly string[] {
  const included = includedPaths(readFileSync(path.join(directory, IGNORE_FILE), 'utf8'));
  const paths = ['Dockerfile', IGNORE_FILE, ...included];
  return paths.filter((file) => existsSync(path.join(directory, file))).sort();
}

function listFiles(directory: string): readonly string[] {
  return sourcePaths(directory).flatMap((source) =>
    statSync(path.join(directory, source)).isDirectory()
      ? readdirSync(path.join(directory, source), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)))
          .sort()
      : [source],
  );
}
