/**
 * The cluster's keys: whoever has one is a member. The first is proved with, any is accepted, so
 * that a key is rotated by adding the new one everywhere, moving it first, and removing the old.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export interface ClusterKey {
  /** 4 bytes that name the key without telling anything of it. */
  readonly id: Uint8Array;
  readonly secret: Uint8Array;
}

/** Not empty. */
export type ClusterKeys = readonly [ClusterKey, ...ClusterKey[]];

/** Keys shorter than this can be guessed from one recorded handshake. */
export const KEY_CHARACTERS_MIN = 16;
/** A rotation needs two. */
export const KEYS_MAX = 8;

/** What stands in for a key in plain mode: it proves nothing. */
export const PLAIN_KEYS: ClusterKeys = [clusterKey('')];

/** Whether the id is that of plain mode: who shows it has no cluster key. */
export function isPlain(id: Uint8Array): boolean {
  return Buffer.compare(id, PLAIN_KEYS[0].id) === 0;
}

export class ClusterKeyError extends Error {
  override readonly name = 'ClusterKeyError';
}

/** Reads one key a line, the one to prove with first; empty lines and `#` comments don't count. */
export function parseClusterKeys(text: string, source: string): ClusterKeys {
  const lines = text.split('\n').map((line) => line.trim());
  const keys = lines.filter((line) => line !== '' && !line.startsWith('#'));
  const short = keys.findIndex((key) => key.length < KEY_CHARACTERS_MIN);
  if (short >= 0) {
    const length = keys[short]?.length;
    throw new ClusterKeyError(
      `key ${short + 1} of ${source} has ${length} characters: ${KEY_CHARACTERS_MIN} are the least, ` +
        `and random ones (for example: head -c 32 /dev/urandom | base64)`,
    );
  }
  const [first, ...rest] = keys.map(clusterKey);
  if (first === undefined)
    throw new ClusterKeyError(`${source} has no key: one a line is expected`);
  if (keys.length > KEYS_MAX) {
    throw new ClusterKeyError(`${source} has ${keys.length} keys: ${KEYS_MAX} are the most`);
  }
  return [first, ...rest];
}

export function keyById(keys: ClusterKeys, id: Uint8Array): ClusterKey | undefined {
  return keys.find((key) => Buffer.compare(key.id, id) === 0);
}

export function proveMembership({ secret }: ClusterKey, transcript: Uint8Array): Uint8Array {
  return createHmac('sha256', secret).update(transcript).digest();
}

export function checkMembership(
  key: ClusterKey,
  transcript: Uint8Array,
  proof: Uint8Array,
): boolean {
  const expected = proveMembership(key, transcript);
  return proof.length === expected.length && timingSafeEqual(proof, expected);
}

function clusterKey(text: string): ClusterKey {
  const hash = (what: string): Uint8Array =>
    createHash('sha256').update(`weft/v1/${what}\0${text}`).digest();
  return { id: hash('key-id').subarray(0, 4), secret: hash('key') };
}
