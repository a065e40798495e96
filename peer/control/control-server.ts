/**
 * What the operator can have the peer of this node do, over a unix socket that only root can open:
 * HTTP, so that `curl --unix-socket` does as well as `weft`. What only tells something is in http/.
 *
 *   POST /removals  {"name": NAME, "evenIfAlive": false}  200 {"id", "rev"}, 409 or 503 {"reason"}
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { dirname, join } from 'node:path';
import { listenForRoot } from '../unix-socket.ts';
import type { Removal } from './remove-peer.ts';
import type { RemovalRequest } from './removal.ts';

/** One name and one switch. */
const BODY_BYTES_MAX = 4 * 1024;
/** Commands of operators, and what is left of those that were broken off. */
const CONNECTIONS_MAX = 8;
/** A removal waits for the arbiter, which may ask every seed for 5 s each. */
export const CONTROL_TIMEOUT_MS = 60_000;

export interface ControlPorts {
  remove(request: RemovalRequest): Promise<Removal>;
}

export interface ControlAnswer {
  readonly status: 200 | 400 | 404 | 409 | 503;
  readonly value: Readonly<Record<string, string>>;
}

/** Where it is, beside the socket of the launchers. */
export function controlSocketPath(cniSocket: string): string {
  return join(dirname(cniSocket), 'control.sock');
}

export interface ControlServer {
  close(): Promise<void>;
}

/** Rejects with what to do when the socket can't be made. */
export async function startControlServer(
  socketPath: string,
  ports: ControlPorts,
): Promise<ControlServer> {
  const server = createServer((request, response) => {
    void readBody(request)
      .then((body) => answerControl(ports, `${request.method} ${request.url}`, body))
      .then(({ status, value }) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(`${JSON.stringify(value)}\n`);
      });
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.requestTimeout = CONTROL_TIMEOUT_MS;
  await listenForRoot(server, { path: socketPath });
  return {
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** What a request gets. `target`: method and path. */
export async function answerControl(
  ports: ControlPorts,
  target: string,
  body: string | undefined,
): Promise<ControlAnswer> {
  if (target !== 'POST /removals') {
    return { status: 404, value: { reason: `${target} is not served: POST /removals is` } };
  }
  const request = parseRemoval(body);
  if (request === undefined) {
    return { status: 400, value: { reason: 'expected {"name": text, "evenIfAlive": boolean}' } };
  }
  const removal = await ports.remove(request);
  if (removal.type === 'removed') {
    return { status: 200, value: { id: removal.id, rev: String(removal.rev) } };
  }
  const status = removal.type === 'refused' ? 409 : 503;
  return { status, value: { reason: removal.reason } };
}

/** Undefined when it is too long, or breaks off. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      if (sizeBytes > BODY_BYTES_MAX) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseRemoval(body: string | undefined): RemovalRequest | undefined {
  if (body === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null) return undefined;
    const { name, evenIfAlive = false } = value as Readonly<Record<string, unknown>>;
    if (typeof name !== 'string' || typeof evenIfAlive !== 'boolean') return undefined;
    return { name, evenIfAlive };
  } catch {
    return undefined;
  }
}
