/**
 * What went wrong with a request to the Kubernetes API, for code that decides (status, reason) and
 * for people (message). Knows nothing of connections.
 */
import { STATUS_CODES } from 'node:http';

/** The reason where there was no answer at all. */
export const NO_ANSWER = 'NoAnswer';
/** The reason where there was an answer and it was no JSON, or too long. */
export const UNREADABLE_ANSWER = 'UnreadableAnswer';

/** A server or proxy that asks for more is asked again after this all the same. */
export const RETRY_AFTER_MS_MAX = 60_000;

/** What stands in a message of a body that is no Status: enough to recognise a proxy's page. */
const EXCERPT_LENGTH_MAX = 200;

export interface ApiErrorFacts {
  readonly status?: number | undefined;
  readonly reason: string;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** The message says method, path, status, reason, and what the server said. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status; undefined: there was no answer, so what was asked may have happened or not. */
  readonly status: number | undefined;
  /** Of the Status object, as AlreadyExists, NotFound, Conflict, Forbidden; else the status in words. */
  readonly reason: string;
  /** How long the server asks to wait before the next request. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { status, reason, retryAfterMs, cause }: ApiErrorFacts) {
    super(message, cause === undefined ? {} : { cause });
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

export interface RefusedAnswer {
  readonly status: number;
  /** The header, as it came. */
  readonly retryAfter: string | undefined;
  readonly body: string;
}

/** The error that an answer with another status than 2xx is. `what` is method and path. */
export function refusedBy(what: string, { status, retryAfter, body }: RefusedAnswer): ApiError {
  const said = parseStatus(body);
  const words = STATUS_CODES[status] ?? 'unknown status';
  const message = said.message ?? excerptOf(body);
  return new ApiError(`${what}: ${status} ${said.reason ?? words}: ${message}`, {
    status,
    reason: said.reason ?? words,
    retryAfterMs: parseRetryAfter(retryAfter),
  });
}

/** The first words of a text, on one line. */
export function excerptOf(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  if (line === '') return 'an empty answer';
  if (line.length <= EXCERPT_LENGTH_MAX) return line;
  return `${line.slice(0, EXCERPT_LENGTH_MAX)}…`;
}

interface SaidStatus {
  readonly reason: string | undefined;
  readonly message: string | undefined;
}

/** Reads a Status object (meta/v1); nothing of what is none, as a proxy's page. */
function parseStatus(body: string): SaidStatus {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { reason: undefined, message: undefined };
  }
  const { kind, reason, message }: Record<string, unknown> = { ...Object(value) };
  if (kind !== 'Status') return { reason: undefined, message: undefined };
  return { reason: textOf(reason), message: textOf(message) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Reads seconds, as the API server sends them; a date, which only a proxy would send, is ignored. */
function parseRetryAfter(header: string | undefined): number | undefined {
  if (header === undefined || !/^\d{1,9}$/.test(header)) return undefined;
  return Math.min(Number(header) * 1_000, RETRY_AFTER_MS_MAX);
}
