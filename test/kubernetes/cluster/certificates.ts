/**
 * The cluster's keys: a certificate authority, the API server's certificate for all of its names, the
 * one by which it proves itself to kubelets, and the key that signs service accounts' tokens.
 */
import { mkdir } from 'node:fs/promises';
import { runCommand } from './command.ts';
import { API_SERVICE_ADDRESS, CLUSTER_DIRECTORY, CLUSTER_DOMAIN } from './plan.ts';

const DIRECTORY = `${CLUSTER_DIRECTORY}/keys`;
/** Longer than any test cluster lives. */
const VALID_DAYS = '30';

export const AUTHORITY = `${DIRECTORY}/ca.crt`;
export const API_SERVER = keyPair('apiserver');
export const KUBELET_CLIENT = keyPair('kubelet-client');
export const SERVICE_ACCOUNT_KEY = `${DIRECTORY}/service-accounts.key`;

const AUTHORITY_KEY = `${DIRECTORY}/ca.key`;

interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** Makes all of them. `apiAddress` is where nodes reach the API server. */
export async function makeCertificates(apiAddress: string): Promise<void> {
  await mkdir(DIRECTORY, { recursive: true, mode: 0o700 });
  await openssl(
    `req -x509 -days ${VALID_DAYS} -subj /CN=weft-kubernetes -out ${AUTHORITY}`,
    ...newKey(AUTHORITY_KEY),
    '-addext',
    'keyUsage=critical,keyCertSign,cRLSign',
  );
  await Promise.all([
    issue(API_SERVER, '/CN=kube-apiserver', [
      `subjectAltName=${apiServerNames(apiAddress)}`,
      'extendedKeyUsage=serverAuth',
    ]),
    // The group is what lets it read logs and run commands on every kubelet.
    issue(KUBELET_CLIENT, '/O=system:masters/CN=kube-apiserver-kubelet-client', [
      'extendedKeyUsage=clientAuth',
    ]),
    openssl(`ecparam -genkey -noout -name prime256v1 -out ${SERVICE_ACCOUNT_KEY}`),
  ]);
}

function apiServerNames(apiAddress: string): string {
  const service = 'kubernetes.default.svc';
  const names = ['localhost', 'kubernetes', 'kubernetes.default', service];
  const addresses = ['127.0.0.1', API_SERVICE_ADDRESS, apiAddress];
  return [
    ...[...names, `${service}.${CLUSTER_DOMAIN}`].map((name) => `DNS:${name}`),
    ...addresses.map((address) => `IP:${address}`),
  ].join(',');
}

async function issue(
  { certificate, key }: KeyPair,
  subject: string,
  extensions: readonly string[],
): Promise<void> {
  await openssl(
    `req -x509 -days ${VALID_DAYS} -subj ${subject} -out ${certificate}`,
    ...newKey(key),
    '-CA',
    AUTHORITY,
    '-CAkey',
    AUTHORITY_KEY,
    ...['basicConstraints=critical,CA:FALSE', ...extensions].flatMap((text) => ['-addext', text]),
  );
}

function newKey(file: string): readonly string[] {
  return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file];
}

/** The first words are given as one text: they and our paths have no spaces in them. */
async function openssl(first: string, ...parameters: readonly string[]): Promise<void> {
  await runCommand(['openssl', ...first.split(' '), ...parameters]);
}

function keyPair(name: string): KeyPair {
  return { certificate: `${DIRECTORY}/${name}.crt`, key: `${DIRECTORY}/${name}.key` };
}
