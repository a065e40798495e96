/**
 * The cluster keys in their Secret. Whoever comes first makes it, by create-only: of several peers
 * that start at once one wins, and the others read what it wrote. Nobody ever changes it. One that
 * was deleted is made again with the same keys: others would split the cluster.
 */
import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { ClusterKeyError, parseClusterKeys } from '../transport/cluster-keys.ts';
import { GENESIS } from '../arbiter/kubernetes/registration.ts';
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

export interface KeySecretOptions extends SecretPlace {
  /** The text that this peer knows from before; undefined for one that never had any. */
  readonly rememberedKeys: string | undefined;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/** The text with the keys; the Secret is made when there is none. Rejects with StartObstacle. */
export async function readKeySecret(options: KeySecretOptions): Promise<string> {
  try {
    return await getKeys(options);
  } catch (error) {
    if (!isRefusal(error, 404)) throw error;
  }
  if (options.rememberedKeys === undefined && (await isFounded(options))) {
    // Whoever founded it may have made the Secret since we looked.
    return await getKeys(options).catch((error: unknown) => {
      throw isRefusal(error, 404) ? keysAreGone(options) : error;
    });
  }
  try {
    await createSecret(options, options.rememberedKeys ?? generateKeys());
    logCreation(options);
  } catch (error) {
    if (!isRefusal(error, 409)) throw error;
  }
  return await getKeys(options);
}

/** Then other peers have keys: with a fresh one this peer, and who follows, would be a cluster apart. */
async function isFounded({ api, namespace }: SecretPlace): Promise<boolean> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases/${GENESIS}`;
  const right = {
    verb: 'get',
    resource: `leases.coordination.k8s.io in the namespace ${namespace}`,
  } as const;
  try {
    await ask(api, { method: 'GET', path }, right);
    return true;
  } catch (error) {
    if (isRefusal(error, 404)) return false;
    throw error;
  }
}

function keysAreGone({ namespace }: SecretPlace): StartObstacle {
  return new StartObstacle(
    `the Secret ${namespace}/${KEY_SECRET} is gone, and this peer never had the cluster's keys: restart a peer ` +
      'that has, and it makes the Secret again. If none has any more, make it yourself, with a new key under ' +
      `"${KEYS_FIELD}", and restart all peers`,
  );
}

function logCreation({ namespace, rememberedKeys, log }: KeySecretOptions): void {
  const secret = `${namespace}/${KEY_SECRET}`;
  if (rememberedKeys === undefined) log.info(`made the Secret ${secret} with a new cluster key`);
  else log.warn(`the Secret ${secret} was gone: made it again with the keys that this peer had`);
}

function generateKeys(): string {
  return `${randomBytes(NEW_KEY_BYTES).toString('base64')}\n`;
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

async function createSecret({ api, namespace }: SecretPlace, keys: string): Promise<void> {
  const body = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: KEY_SECRET,
      namespace,
      labels: { 'app.kubernetes.io/name': 'weft', 'app.kubernetes.io/component': 'cluster-key' },
    },
    type: 'Opaque',
    stringData: { [KEYS_FIELD]: keys },
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
