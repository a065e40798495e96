/**
 * Leases in the API server: the requests, what an answer holds, and which of its errors is a lost
 * race, nothing there, or a reason to wait. Decides nothing.
 */
import { ApiError } from '../../kubernetes/api-error.ts';
import type { ApiClient, ApiRequest } from '../../kubernetes/api-client.ts';
import { ArbiterUnavailable } from '../arbiter.ts';
import type { Timing } from '../seeds/quorum.ts';
import { type Page, encodeLease, encodePatch, parseLease, parsePage } from './lease-json.ts';
import type { Lease, LeaseDraft, LeaseList, LeaseStore } from './lease-store.ts';

/** Half a megabyte of JSON; what the API server's own controllers ask for at a time. */
export const PAGE_LEASES = 500;

/** Twice the largest cluster we aim at; more Leases than that are not ours. */
const PAGES_MAX = 40;

/** A list is begun again when its revision was compacted away under it, after 5 minutes. */
const LISTS_MAX = 3;

/** As RBAC has them: what the service account must be allowed. */
type Verb = 'get' | 'list' | 'create' | 'patch';

export interface ApiLeaseStoreOptions {
  readonly api: ApiClient;
  readonly namespace: string;
  readonly timing: Timing;
}

export class ApiLeaseStore implements LeaseStore {
  readonly #api: ApiClient;
  readonly #namespace: string;
  readonly #timing: Timing;
  readonly #path: string;
  /** Ends when the server, which was too busy, wants to be asked again. */
  #pause: Promise<void> = Promise.resolve();

  constructor({ api, namespace, timing }: ApiLeaseStoreOptions) {
    this.#api = api;
    this.#namespace = namespace;
    this.#timing = timing;
    const encoded = encodeURIComponent(namespace);
    this.#path = `/apis/coordination.k8s.io/v1/namespaces/${encoded}/leases`;
  }

  async get(name: string): Promise<Lease | undefined> {
    try {
      const value = await this.#ask({ method: 'GET', path: this.#pathOf(name) });
      return this.#read('get', parseLease(value));
    } catch (error) {
      // Only the API server itself says so: a proxy's 404 says nothing about a Lease.
      if (error instanceof ApiError && error.reason === 'NotFound') return undefined;
      throw this.#unavailable('get', error);
    }
  }

  create(draft: LeaseDraft): Promise<boolean> {
    const request = { method: 'POST', path: this.#path, body: encodeLease(draft) } as const;
    return this.#write('create', request, ['AlreadyExists']);
  }

  /** A merge patch, so that what others have written into the Lease stays. */
  update(draft: LeaseDraft, resourceVersion: string): Promise<boolean> {
    const body = encodePatch(draft, resourceVersion);
    const request = { method: 'PATCH', path: this.#pathOf(draft.name), body } as const;
    return this.#write('patch', request, ['Conflict', 'NotFound']);
  }

  async list(): Promise<LeaseList> {
    for (let lists = 1; ; lists++) {
      try {
        return await this.#listPages();
      } catch (error) {
        const isExpired = error instanceof ApiError && error.status === 410;
        if (!isExpired || lists === LISTS_MAX) throw this.#unavailable('list', error);
      }
    }
  }

  async revision(): Promise<bigint> {
    try {
      return (await this.#page(1, undefined)).rev;
    } catch (error) {
      throw this.#unavailable('list', error);
    }
  }

  /** All pages are of the first one's revision: that is what the token stands for. */
  async #listPages(): Promise<LeaseList> {
    const leases: Lease[] = [];
    let next: string | undefined;
    for (let pages = 0; pages < PAGES_MAX; pages++) {
      const page = await this.#page(PAGE_LEASES, next);
      leases.push(...page.leases);
      next = page.next;
      if (next === undefined) return { rev: page.rev, leases };
    }
    throw unavailable(
      `the namespace "${this.#namespace}" has more than ${PAGES_MAX * PAGE_LEASES} Leases: ` +
        'delete those that are not of this cluster',
    );
  }

  /** With no resourceVersion asked for, the answer counts all that a majority of etcd has. */
  async #page(limit: number, token: string | undefined): Promise<Page> {
    const query = { limit: String(limit), ...(token === undefined ? {} : { continue: token }) };
    const value = await this.#ask({ method: 'GET', path: this.#path, query });
    return this.#read('list', parsePage(value));
  }

  async #write(verb: Verb, request: ApiRequest, lost: readonly string[]): Promise<boolean> {
    try {
      await this.#ask(request);
      return true;
    } catch (error) {
      if (error instanceof ApiError && lost.includes(error.reason)) return false;
      throw this.#unavailable(verb, error);
    }
  }

  async #ask(request: ApiRequest): Promise<unknown> {
    await this.#pause;
    try {
      return await this.#api.request(request);
    } catch (error) {
      if (error instanceof ApiError && error.retryAfterMs !== undefined) {
        this.#pause = this.#timing.sleep(error.retryAfterMs);
      }
      throw error;
    }
  }

  #pathOf(name: string): string {
    return `${this.#path}/${encodeURIComponent(name)}`;
  }

  #read<T>(verb: Verb, value: T | undefined): T {
    if (value !== undefined) return value;
    throw unavailable(`the answer to "${verb} leases" can't be read: is it the API server's?`);
  }

  /** Says what was asked for, and who has to be allowed what. Anything but ApiError stays as it is. */
  #unavailable(verb: Verb, error: unknown): unknown {
    if (!(error instanceof ApiError)) return error;
    const asked = `${verb} leases.coordination.k8s.io in the namespace "${this.#namespace}"`;
    return unavailable(explain(asked, error), error);
  }
}

function explain(asked: string, { status, message }: ApiError): string {
  if (status === 401) {
    return (
      `the API server does not know this peer, which asked to ${asked}: ${message}; see that its ` +
      'service account is there'
    );
  }
  if (status === 403) {
    return (
      `this peer may not ${asked}: ${message}; give its service account that permission, as the ` +
      "manifest's Role does"
    );
  }
  return `can't ${asked}: ${message}`;
}

function unavailable(message: string, cause?: ApiError): ArbiterUnavailable {
  const error = new ArbiterUnavailable(message, { reachable: [] });
  if (cause !== undefined) error.cause = cause;
  return error;
}
