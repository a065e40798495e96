/** A TLS server on loopback that answers as a test tells it to, and a service account to ask it with. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  type ClientBounds,
  type InClusterClient,
  openInClusterClient,
} from '#peer/kubernetes/api-client.ts';
import { LOOPBACK_CERTIFICATE } from './loopback-certificate.ts';

export interface Heard {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Which connection it came over, counted from 0. */
  readonly connection: number;
}

export type Respond = (heard: Heard, response: ServerResponse) => void;

export class FakeApiServer implements AsyncDisposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'weft-service-account-'));
  readonly heard: Heard[] = [];
  readonly #connections: unknown[] = [];
  readonly #server;
  #port = 0;
  #host = '';

  constructor(respond: Respond) {
    this.#server = createServer(LOOPBACK_CERTIFICATE, (request, response) => {
      void this.#hear(request).then((heard) => respond(heard, response));
    });
    this.writeAccount({ token: 'first', 'ca.crt': LOOPBACK_CERTIFICATE.cert, namespace: 'weft' });
  }

  /** Takes a port of its own the first time, and the same again later. */
  async listen(host = '127.0.0.1'): Promise<void> {
    this.#host = host;
    await new Promise<void>((resolve) => {
      this.#server.listen({ host, port: this.#port }, resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Ends it with all its connections. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  writeAccount(files: Readonly<Record<string, string>>): void {
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(this.directory, name), `${content}\n`);
    }
  }

  /** A client as it is opened in a Pod. */
  open(bounds?: ClientBounds): InClusterClient {
    const environment = {
      KUBERNETES_SERVICE_HOST: this.#host,
      KUBERNETES_SERVICE_PORT: String(this.#port),
    };
    return openInClusterClient(environment, this.directory, bounds);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.directory, { recursive: true });
  }

  async #hear(request: IncomingMessage): Promise<Heard> {
    const { method = '', url = '', headers, socket } = request;
    if (!this.#connections.includes(socket)) this.#connections.push(socket);
    const connection = this.#connections.indexOf(socket);
    const heard = { method, url, headers, body: await text(request), connection };
    this.heard.push(heard);
    return heard;
  }
}

/** Starts a server. Dispose of it (`await using`). */
export async function startFakeApiServer(respond: Respond, host?: string): Promise<FakeApiServer> {
  const server = new FakeApiServer(respond);
  await server.listen(host);
  return server;
}

export function answerJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** A Status, as the API server answers what it does not do. */
export function statusOf(reason: string, message: string): unknown {
  assert.ok(reason !== '');
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message };
}
