/**
 * Who this Pod is to the API server: the files that Kubernetes mounts into it. They are read for
 * each request, as a bound token expires within the hour and the kubelet puts a new one in its
 * place; reading 1 KB from a tmpfs is nothing beside a request.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where Kubernetes mounts the files; the same in every Pod. */
export const SERVICE_ACCOUNT_DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount';

export interface Credentials {
  readonly token: string;
  /** PEM: whom to believe that it is the API server. */
  readonly ca: string;
}

/** Throws Error, naming the file, if one can't be read or is empty. */
export function readCredentials(directory: string): Credentials {
  return { token: readText(directory, 'token'), ca: readText(directory, 'ca.crt') };
}

/** The namespace that this Pod is in. Throws Error, naming the file. */
export function readNamespace(directory: string): string {
  return readText(directory, 'namespace');
}

function readText(directory: string, name: string): string {
  const path = join(directory, name);
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new Error(`${path} can't be read (${String(cause)}): ${ADVICE}`, { cause });
  }
  if (text === '') throw new Error(`${path} is empty: ${ADVICE}`);
  return text;
}

const ADVICE =
  'Kubernetes mounts it into a Pod that has a service account and automountServiceAccountToken';
