/**
 * An API server of a few objects, on the loopback of as many namespaces as there are nodes: what a
 * peer in a pod reads and writes, and answers that are none. Not the real one's semantics beyond
 * that: test:kubernetes has the real one.
 */
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { LOOPBACK_CERTIFICATE } from '#test/unit/kubernetes/loopback-certificate.ts';
import type { Namespace } from './namespace.ts';

type Json = Readonly<Record<string, unknown>>;

/** What is answered instead; undefined: what a healthy API server does. */
export type Fault = (
  method: string,
  path: string,
) =>
  | { status: number; headers?: Readonly<Record<string, string>>; body: string }
  | 'hang'
  | undefined;

export interface Backup {
  readonly objects: readonly (readonly [string, Json])[];
  readonly revision: number;
}

export const NODES = '/api/v1/nodes';
export const SECRETS = '/api/v1/namespaces/weft/secrets';
export const LEASES = '/apis/coordination.k8s.io/v1/namespaces/weft/leases';
export const SERVICE_CIDRS = '/apis/networking.k8s.io/v1/servicecidrs';

export class FakeCluster implements AsyncDisposable {
  /** By path. */
  readonly objects = new Map<string, Json>();
  /** "METHOD path" of each request, in order. */
  readonly asked: string[] = [];
  /** Where a peer finds its service account. */
  readonly accountDirectory: string;
  fault: Fault = () => undefined;
  readonly #servers: Server[] = [];
  #revision = 100;

  constructor(directory: string) {
    this.accountDirectory = join(directory, 'service-account');
    mkdirSync(this.accountDirectory, { recursive: true });
    const files = { token: 'token', 'ca.crt': LOOPBACK_CERTIFICATE.cert, namespace: 'weft' };
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(this.accountDirectory, name), content);
    }
    this.put(`${SERVICE_CIDRS}/kubernetes`, { spec: { cidrs: ['10.96.0.0/16'] } });
  }

  /** Puts the object there, as the operator or a controller would. */
  put(path: string, object: Json): void {
    const metadata = { name: path.split('/').at(-1), resourceVersion: String(++this.#revision) };
    const given = (object['metadata'] ?? {}) as Json;
    this.objects.set(path, { ...object, metadata: { ...given, ...metadata } });
  }

  /** Deletes the object; its going has a revision too. */
  delete(path: string): void {
    this.objects.delete(path);
    this.#revision++;
  }

  /** As a restore of etcd from a backup: what was written since is gone, and so is its revision. */
  restore({ objects, revision }: Backup): void {
    this.objects.clear();
    for (const [path, object] of objects) this.objects.set(path, object);
    this.#revision = revision;
  }

  backup(): Backup {
    return { objects: [...this.objects], revision: this.#revision };
  }

  addNode(name: string, address: string | undefined): void {
    const addresses = address === undefined ? [] : [{ type: 'InternalIP', address }];
    this.put(`${NODES}/${name}`, { metadata: { uid: `uid-of-${name}` }, status: { addresses } });
  }

  /** Serves in this namespace; resolves to what a pod there has in its environment. */
  async serveIn(namespace: Namespace): Promise<Readonly<Record<string, string>>> {
    const server = createServer(LOOPBACK_CERTIFICATE, (request, response) => {
      void this.#answer(request, response);
    });
    // Without a host the socket is made at once, while this thread is inside.
    namespace.enter(() => server.listen(0));
    await once(server, 'listening');
    this.#servers.push(server);
    const { port } = server.address() as AddressInfo;
    return { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(port) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const servers = this.#servers.splice(0);
    for (const server of servers) server.closeAllConnections();
    await Promise.all(servers.map((server) => once(server.close(), 'close')));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    const [path = ''] = url.split('?');
    const body = await text(request);
    this.asked.push(`${method} ${path}`);
    const fault = this.fault(method, path);
    if (fault === 'hang') return;
    if (fault !== undefined) {
      response.writeHead(fault.status, fault.headers).end(fault.body);
      return;
    }
    const [status, value] = this.#carryOut(
      method,
      path,
      body === '' ? {} : (JSON.parse(body) as Json),
    );
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  }

  #carryOut(method: string, path: string, body: Json): [number, unknown] {
    const object = this.objects.get(path);
    switch (method) {
      case 'POST':
        return this.#create(`${path}/${String((body['metadata'] as Json)['name'])}`, body);
      case 'PATCH':
        return this.#patch(path.replace(/\/status$/, ''), body);
      case 'GET':
        if (object !== undefined) return [200, object];
        return COLLECTIONS.includes(path) ? [200, this.#list(path)] : [404, status('NotFound')];
      default:
        return [405, status('MethodNotAllowed')];
    }
  }

  #create(path: string, body: Json): [number, unknown] {
    if (this.objects.has(path)) return [409, status('AlreadyExists')];
    const { stringData, ...rest } = body;
    const entries = Object.entries((stringData ?? {}) as Readonly<Record<string, string>>);
    const data = entries.map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
    this.put(path, { ...rest, ...(entries.length > 0 && { data: Object.fromEntries(data) }) });
    return [201, this.objects.get(path)];
  }

  #patch(path: string, { metadata, ...body }: Json): [number, unknown] {
    const object = this.objects.get(path);
    if (object === undefined) return [404, status('NotFound')];
    const version = (metadata as Json | undefined)?.['resourceVersion'];
    const before = object['metadata'] as Json;
    if (version !== undefined && version !== before['resourceVersion']) {
      return [409, status('Conflict')];
    }
    const merged = {
      ...(object['status'] as Json | undefined),
      ...(body['status'] as Json | undefined),
    };
    this.put(path, {
      ...object,
      ...body,
      ...(body['status'] !== undefined && { status: merged }),
      metadata: { ...before, ...(metadata as Json | undefined) },
    });
    return [200, this.objects.get(path)];
  }

  #list(path: string): Json {
    const entries = [...this.objects].filter(([key]) => key.startsWith(`${path}/`));
    const items = entries.map(([, object]) => object);
    return { metadata: { resourceVersion: String(this.#revision) }, items };
  }
}

const COLLECTIONS: readonly string[] = [LEASES, SERVICE_CIDRS];

function status(reason: string): Json {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    reason,
    message: `it says ${reason}`,
  };
}
