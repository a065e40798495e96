/**
 * Status and report over HTTP, for people and for what watches us: read-only, without secrets, on
 * loopback addresses and unix sockets unless told otherwise.
 *
 *   GET /status   text, one screen        GET /healthz  200 while the process serves
 *   GET /report   JSON, see report.ts     GET /readyz   200 when ADDs are served, 503 before
 *   GET /metrics  numbers for Prometheus, see metrics.ts
 *
 * On METRICS_PORT only numbers and health are served, so that it may be open to who collects them.
 */
import { once } from 'node:events';
import { chmodSync, lstatSync, rmSync } from 'node:fs';
import http, { type Server } from 'node:http';
import { formatAddress } from '../ipam/cidr.ts';
import type { HttpAddress } from '../config/values.ts';
import { listenError, outliveFailedAccepts } from '../listen-error.ts';
import { METRICS_TYPE, renderMetrics } from './metrics.ts';
import type { Report } from './report.ts';
import { renderStatus } from './status-text.ts';

/** Readers that are served at once; each report of 5,000 peers takes a few megabytes. */
const CONNECTIONS_MAX = 32;
const REQUEST_TIMEOUT_MS = 5_000;
/** Weave Net's: scrapers that knew it find ours. */
export const METRICS_PORT = 6782;
const PATHS_OF_METRICS_PORT: readonly string[] = ['/metrics', '/healthz', '/readyz'];

interface Answer {
  readonly status: number;
  readonly type: 'text/plain; charset=utf-8' | 'application/json' | typeof METRICS_TYPE;
  readonly body: string;
}

/** What a path answers: a function, so that it can be tested without a socket. */
export function answerHttp(method: string, path: string, report: () => Report): Answer {
  if (method !== 'GET') return text(405, `${method} is not served: only GET is\n`);
  switch (path) {
    case '/':
    case '/status':
      return text(200, renderStatus(report()));
    case '/report':
      return { status: 200, type: 'application/json', body: `${JSON.stringify(report())}\n` };
    case '/metrics':
      return { status: 200, type: METRICS_TYPE, body: renderMetrics(report()) };
    case '/healthz':
      return text(200, 'ok\n');
    case '/readyz':
      return readiness(report());
    default:
      return text(
        404,
        `${path} is not served: /status, /report, /metrics, /healthz and /readyz are\n`,
      );
  }
}

export interface HttpServer {
  close(): Promise<void>;
}

/** Listens on all of the addresses. Rejects with ListenError. */
export async function startHttpServer(
  addresses: readonly HttpAddress[],
  report: () => Report,
): Promise<HttpServer> {
  const servers: Server[] = [];
  const close = async (): Promise<void> => void (await Promise.all(servers.map(stop)));
  try {
    for (const address of addresses) servers.push(await listen(address, report));
  } catch (error) {
    // One that was left listening would keep the process from ending.
    await close();
    throw error;
  }
  return { close };
}

async function listen(address: HttpAddress, report: () => Report): Promise<Server> {
  const isMetricsOnly = 'port' in address && address.port === METRICS_PORT;
  const isServed = (path: string) => !isMetricsOnly || PATHS_OF_METRICS_PORT.includes(path);
  const server = http.createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const { status, type, body } = isServed(path)
      ? answerHttp(request.method ?? '', path, report)
      : text(404, `${path} is not served on this port\n`);
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  if ('socketPath' in address) {
    removeSocket(address.socketPath);
    server.listen(address.socketPath);
  } else {
    server.listen(address.port, formatAddress(address.address));
  }
  try {
    await once(server, 'listening');
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw listenError('http-address', error);
  }
  outliveFailedAccepts(server);
  if ('socketPath' in address) chmodSync(address.socketPath, 0o600);
  return server;
}

/**
 * One that an earlier run left; the lock on the state has made sure that none is running. Anything
 * else at the path was put there by somebody else, and stays.
 */
function removeSocket(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true) rmSync(path);
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

function readiness(report: Report): Answer {
  if (report.peer.state === 'ready') return text(200, 'ready\n');
  return text(503, `${[report.peer.state, ...report.problems].join('\n')}\n`);
}

function text(status: number, body: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body };
}
