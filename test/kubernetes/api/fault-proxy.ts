/**
 * Stands between a client and a real API server, and lets a test do something to a request: answer in
 * its place, lose the answer, let a rival go first. Whatever no fault waits for goes through.
 */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { LOOPBACK_CERTIFICATE } from '#test/unit/kubernetes/loopback-certificate.ts';

export interface Upstream {
  /** A unix socket whose other end is the API server. */
  readonly socketPath: string;
  /** PEM. */
  readonly ca: string;
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: string;
}

export interface Passing {
  /** Has the API server do it. */
  readonly forward: () => Promise<Answer>;
  readonly response: ServerResponse;
}

/** Has to end the response, by an answer or by destroying it. */
export type ProxyFault = (passing: Passing) => Promise<void> | void;

export class FaultProxy implements AsyncDisposable {
  port = 0;
  readonly #upstream: () => Upstream;
  readonly #faults: { readonly method: string; readonly fault: ProxyFault }[] = [];
  readonly #server = createServer(LOOPBACK_CERTIFICATE, (incoming, response) => {
    void this.#pass(incoming, response);
  });

  constructor(upstream: () => Upstream) {
    this.#upstream = upstream;
  }

  async listen(): Promise<void> {
    this.#server.listen({ host: '127.0.0.1', port: 0 });
    await once(this.#server, 'listening');
    this.port = (this.#server.address() as AddressInfo).port;
  }

  /** The next request of that method goes so. */
  onNext(method: string, fault: ProxyFault): void {
    this.#faults.push({ method, fault });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await text(incoming);
      const forward = (): Promise<Answer> => this.#forward(incoming, body);
      const at = this.#faults.findIndex(({ method }) => method === incoming.method);
      const [found] = at < 0 ? [] : this.#faults.splice(at, 1);
      if (found !== undefined) return await found.fault({ forward, response });
      answer(response, await forward());
    } catch {
      // The API server is down: so is what stands before it.
      response.destroy();
    }
  }

  async #forward(incoming: IncomingMessage, body: string): Promise<Answer> {
    const { method, url: path, headers } = incoming;
    const upstream = { ...this.#upstream(), servername: 'kubernetes', agent: false } as const;
    const outgoing = request({ ...upstream, method, path, headers });
    outgoing.end(body);
    const [answered] = (await once(outgoing, 'response')) as [IncomingMessage];
    const { statusCode = 0, headers: answeredHeaders } = answered;
    const retryAfter = answeredHeaders['retry-after'];
    return { status: statusCode, retryAfter, body: await text(answered) };
  }
}

/** The API server does it, and nobody hears that it has. */
export const loseAnswer: ProxyFault = async ({ forward, response }) => {
  await forward();
  response.destroy();
};

/** A refusal in place of the API server's answer. */
export function refuseWith(
  status: number,
  headers: Readonly<Record<string, string>> = {},
): ProxyFault {
  return ({ response }) => void response.writeHead(status, headers).end('refused by the test');
}

/** Somebody else does something first. */
export function afterRival(act: () => Promise<unknown>): ProxyFault {
  return async ({ forward, response }) => {
    await act();
    answer(response, await forward());
  };
}

function answer(response: ServerResponse, { status, retryAfter, body }: Answer): void {
  const later = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
  response.writeHead(status, { 'content-type': 'application/json', ...later }).end(body);
}
