/**
 * Takes back the node's condition NetworkUnavailable, for which cloud providers and the scheduler
 * keep pods away, once this peer serves. Nothing depends on its success: it is tried again patiently.
 */
import { type ApiClient, ApiError } from './api-client.ts';
import { describeRefusal } from './ask.ts';
import { listAt, textAt } from './json-field.ts';
import { nodePath } from './node.ts';

const CONDITION = 'NetworkUnavailable';
/** Lists of conditions are merged by their type, https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/ */
const STRATEGIC_MERGE_PATCH = 'application/strategic-merge-patch+json';

export interface NodeConditionOptions {
  readonly api: ApiClient;
  readonly nodeName: string;
  readonly signal: AbortSignal;
}

/** Resolves to why it could not be done; undefined when the condition is as it should be. */
export async function tellNetworkAvailable(
  options: NodeConditionOptions,
): Promise<string | undefined> {
  const { api, nodeName, signal } = options;
  const path = nodePath(nodeName);
  let right: Parameters<typeof describeRefusal>[1] = { verb: 'get', resource: 'nodes' };
  try {
    const node = await api.request({ method: 'GET', path, signal });
    if (isAvailable(node)) return undefined;
    right = { verb: 'patch', resource: 'nodes/status' };
    await api.request({
      method: 'PATCH',
      path: `${path}/status`,
      contentType: STRATEGIC_MERGE_PATCH,
      body: { status: { conditions: [networkAvailable(new Date())] } },
      signal,
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return `the condition ${CONDITION} of this node could not be set: ${describeRefusal(error, right)}`;
  }
}

function isAvailable(node: unknown): boolean {
  const conditions = listAt(node, 'status', 'conditions');
  const condition = conditions.find((one) => textAt(one, 'type') === CONDITION);
  return textAt(condition, 'status') === 'False';
}

function networkAvailable(at: Date): Readonly<Record<string, string>> {
  // metav1.Time has no fractions of a second.
  const now = at.toISOString().replace(/\.\d+Z$/, 'Z');
  return {
    type: CONDITION,
    status: 'False',
    reason: 'WeftServes',
    message: 'Weft attaches pods on this node',
    lastTransitionTime: now,
    lastHeartbeatTime: now,
  };
}
