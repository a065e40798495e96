/**
 * The cluster keys in their Secret. Whoever comes first makes it, by create-only: of several peers
 * that start at once one wins, and the others read what it wrote. Nobody ever changes it.
 */
import { randomBytes } from 'node:crypto';
import { ClusterKeyError, parseClusterKeys } from '../transport/cluster-keys.ts';
import type { ApiClient } from './api-client.ts';
import { ask, isRefusal } from './ask.ts';
import { textAt } from './json-field.ts';
import { StartObstacle } from './obstacle.ts';

export const KEY_SECRET = 'weft-cluster-key';
/** The field of its data: cluster keys, one a line. */
const KEYS_FIELD = 'keys';
const NEW_KEY_BYTES = 32;

interface SecretPlace {
  readonly api: ApiClient;
  readonly namespace: string;
}

/** The text with the keys, made when there is none yet. Rejects with StartObstacle. */
export async function readKeySecret(place: SecretPlace): Promise<string> {
  try {
    return await getKeys(place);
  } catch (error) {
    if (!isRefusal(error, 404)) throw error;
  }
  try {
    await createKeys(place);
  } catch (error) {
    if (!isRefusal(error, 409)) throw error;
  }
  return await getKeys(place);
}

async function getKeys({ api, namespace }: SecretPlace): Promise<string> {
  const path = `${secretsPath(namespace)}/${KEY_SECRET}`;
  const right = { verb: 'get', resource: `secrets in the namespace ${namespace}` } as const;
  const encoded = textAt(await ask(api, { method: 'GET', path }, right), 'data', KEYS_FIELD);
  const source = `the Secret ${namespace}/${KEY_SECRET}`;
  if (encoded === undefined) {
    throw garbled(source, `has no "${KEYS_FIELD}" in its data`);
  }
  const text = decodeText(encoded);
  if (text === undefined) throw garbled(source, `has no text in base64 under "${KEYS_FIELD}"`);
  checkKeys(text, `"${KEYS_FIELD}" of ${source}`);
  return text;
}

async function createKeys({ api, namespace }: SecretPlace): Promise<void> {
  const body = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: KEY_SECRET,
      namespace,
      labels: { 'app.kubernetes.io/name': 'weft', 'app.kubernetes.io/component': 'cluster-key' },
    },
    type: 'Opaque',
    stringData: { [KEYS_FIELD]: `${randomBytes(NEW_KEY_BYTES).toString('base64')}\n` },
  };
  const right = { verb: 'create', resource: `secrets in the namespace ${namespace}` } as const;
  await ask(api, { method: 'POST', path: secretsPath(namespace), body }, right);
}

function secretsPath(namespace: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets`;
}

/** Undefined for what is no base64, or no text in UTF-8. */
function decodeText(encoded: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.fromBase64(encoded));
  } catch {
    return undefined;
  }
}

function checkKeys(text: string, source: string): void {
  try {
    parseClusterKeys(text, source);
  } catch (error) {
    if (!(error instanceof ClusterKeyError)) throw error;
    throw new StartObstacle(error.message, { cause: error });
  }
}

function garbled(source: string, what: string): StartObstacle {
  return new StartObstacle(
    `${source} ${what}: put the cluster's keys back, one a line, or delete it if no peer runs with ` +
      'them, and a new one is made',
  );
}
