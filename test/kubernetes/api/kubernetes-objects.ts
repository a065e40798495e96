/** What a test of the arbiter puts into the API server: namespaces, rights, Nodes. */
import { ApiError, type ApiClient } from '#peer/kubernetes/api-client.ts';
import { eventuallyTrue } from '#test/support/eventually.ts';
import { PEER_USER } from './control-plane.ts';

/** What manifests/ gives the peer's service account on Leases, and no more. */
export const LEASE_VERBS = ['get', 'list', 'create', 'patch'];

const RBAC = '/apis/rbac.authorization.k8s.io/v1/namespaces';

/** Makes a namespace in which the peer may do that with Leases; resolves when it may. */
export async function createRegistryNamespace(
  { admin, peer }: { readonly admin: ApiClient; readonly peer: ApiClient },
  namespace: string,
  verbs: readonly string[] = LEASE_VERBS,
): Promise<void> {
  await post(admin, '/api/v1/namespaces', { metadata: { name: namespace } });
  const metadata = { name: 'weft' };
  const rules = [{ apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs }];
  await post(admin, `${RBAC}/${namespace}/roles`, { metadata, rules });
  await post(admin, `${RBAC}/${namespace}/rolebindings`, {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'weft' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: PEER_USER }],
  });
  // The API server hears of rights by a watch of its own, a moment later.
  await eventuallyTrue('the rights are in force', () => may(peer, leasesPath(namespace)));
}

/** Makes a Node; its uid. */
export async function createNode(admin: ApiClient, name: string): Promise<string> {
  const node = await post(admin, '/api/v1/nodes', { metadata: { name } });
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
