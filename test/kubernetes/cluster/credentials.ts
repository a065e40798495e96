/**
 * Who may talk to the API server: one bearer token for each user, and a kubeconfig that carries it.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#static-token-file
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { AUTHORITY } from './certificates.ts';
import { API_PORT, CLUSTER_DIRECTORY, type ClusterPlan, type NodePlan } from './plan.ts';

const DIRECTORY = `${CLUSTER_DIRECTORY}/credentials`;
const TOKEN_BYTES = 16;

export const TOKEN_FILE = `${DIRECTORY}/tokens.csv`;
export const ADMIN_KUBECONFIG = `${CLUSTER_DIRECTORY}/kubeconfig`;
export const CONTROLLER_MANAGER_KUBECONFIG = `${DIRECTORY}/controller-manager.kubeconfig`;
export const SCHEDULER_KUBECONFIG = `${DIRECTORY}/scheduler.kubeconfig`;
export const PROXY_KUBECONFIG = `${DIRECTORY}/proxy.kubeconfig`;

export function kubeletKubeconfig({ name }: NodePlan): string {
  return `${DIRECTORY}/${name}.kubeconfig`;
}

interface User {
  readonly name: string;
  readonly groups: readonly string[];
  readonly kubeconfig: string;
  readonly token: string;
}

/** Writes the token file and every kubeconfig; the authority's certificate is there already. */
export async function makeCredentials({ nodes, apiAddress }: ClusterPlan): Promise<void> {
  await mkdir(DIRECTORY, { recursive: true, mode: 0o700 });
  const users = [
    makeUser('admin', ADMIN_KUBECONFIG, ['system:masters']),
    makeUser('system:kube-controller-manager', CONTROLLER_MANAGER_KUBECONFIG),
    makeUser('system:kube-scheduler', SCHEDULER_KUBECONFIG),
    makeUser('system:kube-proxy', PROXY_KUBECONFIG),
    ...nodes.map((node) =>
      makeUser(`system:node:${node.name}`, kubeletKubeconfig(node), ['system:nodes']),
    ),
  ];
  const authority = (await readFile(AUTHORITY)).toString('base64');
  const server = `https://${apiAddress}:${API_PORT}`;
  await writePrivately(TOKEN_FILE, users.map(renderTokenLine).join(''));
  for (const user of users)
    await writePrivately(user.kubeconfig, renderKubeconfig(user, { server, authority }));
}

function makeUser(name: string, kubeconfig: string, groups: readonly string[] = []): User {
  return { name, groups, kubeconfig, token: randomBytes(TOKEN_BYTES).toString('hex') };
}

function renderTokenLine({ token, name, groups }: User): string {
  return `${token},${name},${name},"${groups.join(',')}"\n`;
}

/** JSON is YAML, so a kubeconfig needs no other writer. */
function renderKubeconfig(
  { token }: User,
  { server, authority }: { readonly server: string; readonly authority: string },
): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'weft', cluster: { server, 'certificate-authority-data': authority } }],
    users: [{ name: 'user', user: { token } }],
    contexts: [{ name: 'weft', context: { cluster: 'weft', user: 'user' } }],
    'current-context': 'weft',
  });
}

async function writePrivately(file: string, content: string): Promise<void> {
  await writeFile(file, content, { mode: 0o600 });
}
