/**
 * The Kubernetes API as this peer uses it: JSON over HTTPS, with the identity of the Pod's service
 * account. Owns how one request is made and how it fails; what is asked, and whether to ask again,
 * is for who asks. Why there is no client library: docs/adr/0005-kubernetes-api-over-https.md.
 */
import { Agent } from 'node:https';
import { ApiError, NO_ANSWER, UNREADABLE_ANSWER, excerptOf, refusedBy } from './api-error.ts';
import { AnswerTooLong, type HttpsAnswer, exchange } from './https-request.ts';
import {
  type Credentials,
  SERVICE_ACCOUNT_DIRECTORY,
  readCredentials,
  readNamespace,
} from './service-account.ts';

export { ApiError } from './api-error.ts';

/** The API server answers in milliseconds, a busy one in a second; beyond this it hangs. */
export const REQUEST_TIMEOUT_MS = 10_000;

/** Ten times a page of 500 Leases, and 200 Nodes of the largest kind. */
export const ANSWER_BYTES_MAX = 8 * 1024 * 1024;

/** The API server closes a connection that was idle for 90 s; ours go before, and not under a request. */
const IDLE_CONNECTION_MS = 30_000;

/** Requests at once; more wait for their turn. A peer at its start makes two or three. */
const CONNECTIONS_MAX = 4;

export interface ApiClient {
  /**
   * The decoded JSON of a 2xx answer. Rejects with ApiError, or with the signal's reason. Sends a
   * request once: without an answer nobody knows whether it was carried out.
   */
  request(request: ApiRequest): Promise<unknown>;
}

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From the root, as /api/v1/nodes/NAME; encoded already. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Of PATCH: application/merge-patch+json unless told otherwise. */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

export interface InClusterClient extends ApiClient {
  /** That this Pod is in. */
  readonly namespace: string;
  /** Ends what is under way, with ApiError, and closes the connections. */
  close(): void;
}

export interface ClientBounds {
  readonly timeoutMs?: number;
  readonly answerBytesMax?: number;
}

interface Server {
  readonly host: string;
  readonly port: number;
}

/**
 * `environment` is the process's: Kubernetes puts the address of the API server there. Throws Error
 * when this is no Pod, or the Pod has no service account.
 */
export function openInClusterClient(
  environment: Readonly<Record<string, string | undefined>>,
  directory: string = SERVICE_ACCOUNT_DIRECTORY,
  bounds: ClientBounds = {},
): InClusterClient {
  const server = readServer(environment);
  readCredentials(directory);
  return new HttpsClient({ server, directory, bounds });
}

class HttpsClient implements InClusterClient {
  readonly namespace: string;
  readonly #server: Server;
  readonly #directory: string;
  readonly #timeoutMs: number;
  readonly #answerBytesMax: number;
  readonly #closed = new AbortController();
  readonly #agent = new Agent({
    keepAlive: true,
    maxSockets: CONNECTIONS_MAX,
    timeout: IDLE_CONNECTION_MS,
  });

  constructor(options: {
    readonly server: Server;
    readonly directory: string;
    readonly bounds: ClientBounds;
  }) {
    const { timeoutMs = REQUEST_TIMEOUT_MS, answerBytesMax = ANSWER_BYTES_MAX } = options.bounds;
    this.namespace = readNamespace(options.directory);
    this.#server = options.server;
    this.#directory = options.directory;
    this.#timeoutMs = timeoutMs;
    this.#answerBytesMax = answerBytesMax;
  }

  async request(request: ApiRequest): Promise<unknown> {
    const what = `${request.method} ${request.path}`;
    const credentials = this.#credentials(what);
    const answer = await this.#send(request, credentials);
    if (answer.status !== 401) return decode(what, answer);
    // The token may have been replaced between our reading it and the server's looking at it.
    const renewed = this.#credentials(what);
    if (renewed.token === credentials.token) throw refusedBy(what, answer);
    return decode(what, await this.#send(request, renewed));
  }

  close(): void {
    this.#closed.abort();
    this.#agent.destroy();
  }

  #credentials(what: string): Credentials {
    try {
      return readCredentials(this.#directory);
    } catch (cause) {
      throw new ApiError(`${what}: ${messageOf(cause)}`, { reason: NO_ANSWER, cause });
    }
  }

  async #send(request: ApiRequest, { token, ca }: Credentials): Promise<HttpsAnswer> {
    const { method, path, query, body, signal } = request;
    const search = query === undefined ? '' : `?${new URLSearchParams(query).toString()}`;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = { ...headersOf(request, text), authorization: `Bearer ${token}` };
    const closed = this.#closed.signal;
    try {
      return await exchange({
        options: { ...this.#server, method, path: path + search, headers, ca, agent: this.#agent },
        body: text,
        timeoutMs: this.#timeoutMs,
        answerBytesMax: this.#answerBytesMax,
        signal: signal === undefined ? closed : AbortSignal.any([signal, closed]),
      });
    } catch (cause) {
      signal?.throwIfAborted();
      throw this.#failure(`${method} ${path}`, cause);
    }
  }

  #failure(what: string, cause: unknown): ApiError {
    if (cause instanceof AnswerTooLong) {
      return new ApiError(`${what}: ${cause.message}`, { reason: UNREADABLE_ANSWER, cause });
    }
    const at = formatServer(this.#server);
    const why = this.#closed.signal.aborted ? 'the client was closed' : messageOf(cause);
    return new ApiError(`${what}: no answer from the API server at ${at}: ${why}`, {
      reason: NO_ANSWER,
      cause,
    });
  }
}

function headersOf(
  { method, contentType }: ApiRequest,
  text: string | undefined,
): Readonly<Record<string, string | number>> {
  const accept = { accept: 'application/json', 'user-agent': 'weft' };
  if (text === undefined) return accept;
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  return {
    ...accept,
    'content-type': contentType ?? type,
    'content-length': Buffer.byteLength(text),
  };
}

function decode(what: string, answer: HttpsAnswer): unknown {
  const { status, body } = answer;
  if (status < 200 || status > 299) throw refusedBy(what, answer);
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new ApiError(
      `${what}: ${status}, but the answer is no JSON (is there a proxy?): ${excerptOf(body)}`,
      { status, reason: UNREADABLE_ANSWER, cause },
    );
  }
}

function readServer(environment: Readonly<Record<string, string | undefined>>): Server {
  const host = environment['KUBERNETES_SERVICE_HOST'] ?? '';
  const port = environment['KUBERNETES_SERVICE_PORT'] ?? '';
  if (host === '') {
    throw new Error(
      'KUBERNETES_SERVICE_HOST is not set, as it is in every Pod: outside of one, start the peer ' +
        'without --kubernetes',
    );
  }
  const number = Number(port);
  if (!/^\d{1,5}$/.test(port) || number < 1 || number > 65_535) {
    throw new Error(
      `KUBERNETES_SERVICE_PORT is "${port}" and no port: a number up to 65535 is one`,
    );
  }
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: number };
}

function formatServer({ host, port }: Server): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Of AggregateError, which name look-ups with several addresses give, the message is empty. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error.message;
}
