/** Asks the API server for what the start needs; what it says no to is told as an obstacle. */
import { type ApiClient, ApiError, type ApiRequest } from './api-client.ts';
import { StartObstacle } from './obstacle.ts';

/** Of RBAC: what the service account needs for the request. */
export interface Right {
  readonly verb: 'get' | 'list' | 'create' | 'patch';
  readonly resource: string;
}

/** Rejects with StartObstacle, whose cause is the ApiError. */
export async function ask(api: ApiClient, request: ApiRequest, right: Right): Promise<unknown> {
  try {
    return await api.request(request);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { retryAfterMs } = error;
    throw new StartObstacle(describeRefusal(error, right), { retryAfterMs, cause: error });
  }
}

/** What the API server said, and for a right that lacks, which one. */
export function describeRefusal(error: ApiError, { verb, resource }: Right): string {
  if (error.status !== 403) return error.message;
  return (
    `${error.message}. The service account of this peer may not ${verb} ${resource}: ` +
    'give it the role that is in its manifest'
  );
}

/** Whether it is the refusal of this status. */
export function isRefusal(error: unknown, status: number): boolean {
  if (error instanceof StartObstacle) return isRefusal(error.cause, status);
  return error instanceof ApiError && error.status === status;
}
