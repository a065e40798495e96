/**
 * States that can't be used any more: set aside under numbers, the newest few kept. What is lost is
 * the identity; whose interface and addresses were whose can often still be read of them.
 */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Attachment } from '../ipam/attachment.ts';
import { openDatabase } from './database.ts';
import { readAttachments } from './state-reader.ts';

/** Lost states that are kept for whoever looks into it: of a node that loses one each day, a week's. */
const LOST_STATES_MAX = 8;

/** The file of the state in its directory. */
export function stateFile(path: string): string {
  return join(path, 'state.sqlite');
}

/** Renames the state's directory after the newest that lies aside; answers the new path. */
export function setAside(path: string): string {
  const earlier = lostNumbers(dirname(path));
  const n = Math.max(0, ...earlier) + 1;
  renameSync(path, `${path}.lost-${n}`);
  for (const old of earlier.filter((one) => one <= n - LOST_STATES_MAX)) {
    rmSync(`${path}.lost-${old}`, { recursive: true });
  }
  return `${path}.lost-${n}`;
}

/**
 * What can still be read of the attachments of lost states, the newest first. Only hints: pods may
 * be gone, addresses may have other users, and a copied disk tells of another machine's pods.
 */
export function readLostAttachments(directory: string): readonly Attachment[] {
  const newestFirst = [...lostNumbers(directory)].sort((a, b) => b - a);
  return newestFirst.flatMap((n) => readFrom(join(directory, `state.lost-${n}`)));
}

function readFrom(path: string): readonly Attachment[] {
  const file = stateFile(path);
  if (!existsSync(file)) return [];
  let database: DatabaseSync | undefined;
  try {
    database = openDatabase({ path: file, durability: 'full' });
    return readAttachments(database);
  } catch {
    // What can't be read tells of nobody.
    return [];
  } finally {
    database?.close();
  }
}

function lostNumbers(directory: string): readonly number[] {
  return readdirSync(directory).flatMap((name) => {
    const [, n] = /^state\.lost-(\d{1,9})$/.exec(name) ?? [];
    return n === undefined ? [] : [Number(n)];
  });
}
