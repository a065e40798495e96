/** What tests put into the API server: namespaces, rights, Nodes, the objects of manifests. */
import { readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import { ApiError, type ApiClient } from '#peer/kubernetes/api-client.ts';
import { eventuallyTrue } from '#test/support/eventually.ts';
import { PEER_USER } from './control-plane.ts';

/** What manifests/ gives the peer's service account on Leases, and no more. */
export const LEASE_VERBS = ['get', 'list', 'create', 'patch'];

const RBAC = '/apis/rbac.authorization.k8s.io/v1';

/** Where objects of a kind are made; those of a namespace below it. Others of a manifest are left out. */
const COLLECTIONS: Readonly<Record<string, (namespace: string) => string>> = {
  Namespace: () => '/api/v1/namespaces',
  ServiceAccount: (namespace) => `/api/v1/namespaces/${namespace}/serviceaccounts`,
  ClusterRole: () => `${RBAC}/clusterroles`,
  ClusterRoleBinding: () => `${RBAC}/clusterrolebindings`,
  Role: (namespace) => `${RBAC}/namespaces/${namespace}/roles`,
  RoleBinding: (namespace) => `${RBAC}/namespaces/${namespace}/rolebindings`,
};
/** Longer than any test runs; the API server gives no token for less than ten minutes. */
const TOKEN_SECONDS = 7_200;

/** Makes a namespace in which the peer may do that with Leases; resolves when it may. */
export async function createRegistryNamespace(
  { admin, peer }: { readonly admin: ApiClient; readonly peer: ApiClient },
  namespace: string,
  verbs: readonly string[] = LEASE_VERBS,
): Promise<void> {
  await post(admin, '/api/v1/namespaces', { metadata: { name: namespace } });
  const metadata = { name: 'weft' };
  const rules = [{ apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs }];
  await post(admin, `${RBAC}/namespaces/${namespace}/roles`, { metadata, rules });
  await post(admin, `${RBAC}/namespaces/${namespace}/rolebindings`, {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'weft' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: PEER_USER }],
  });
  // The API server hears of rights by a watch of its own, a moment later.
  await eventuallyTrue('the rights are in force', () => may(peer, leasesPath(namespace)));
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly namespace?: string };
}

/** Makes what of a manifest says who may do what, for whom and where: no workload. */
export async function createRights(admin: ApiClient, file: string): Promise<void> {
  const documents = parseAllDocuments(await readFile(file, 'utf8'));
  for (const document of documents) {
    const manifest = document.toJS() as Manifest;
    const path = COLLECTIONS[manifest.kind]?.(manifest.metadata.namespace ?? '');
    if (path !== undefined) await post(admin, path, manifest);
  }
}

/** A token of the service account, as a kubelet asks for one for a pod. */
export async function createToken(
  admin: ApiClient,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const answer = await post(admin, path, { spec: { expirationSeconds: TOKEN_SECONDS } });
  return (answer as { readonly status: { readonly token: string } }).status.token;
}

/** Makes a Node, with an InternalIP if one is given; its uid. */
export async function createNode(
  admin: ApiClient,
  name: string,
  address?: string,
): Promise<string> {
  const addresses = address === undefined ? [] : [{ type: 'InternalIP', address }];
  const node = await post(admin, '/api/v1/nodes', { metadata: { name }, status: { addresses } });
  return (node as { readonly metadata: { readonly uid: string } }).metadata.uid;
}

export async function deleteNode(admin: ApiClient, name: string): Promise<void> {
  await admin.request({ method: 'DELETE', path: `/api/v1/nodes/${name}` });
}

export function leasesPath(namespace: string): string {
  return `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
}

export function post(api: ApiClient, path: string, body: unknown): Promise<unknown> {
  return api.request({ method: 'POST', path, body });
}

async function may(api: ApiClient, path: string): Promise<boolean> {
  try {
    await api.request({ method: 'GET', path });
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return false;
    throw error;
  }
}
