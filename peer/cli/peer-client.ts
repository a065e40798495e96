/**
 * Asks the peer on this node over HTTP, on a TCP address or a unix socket. Who renders the answer is
 * not its concern.
 */
import { request } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';

/** Where a peer serves its status unless told otherwise. Weave Net's address, so that habits carry over. */
export const DEFAULT_HTTP_ADDRESS = '127.0.0.1:6784';

/** No peer answers at the address, or what answers is not one. */
export class PeerUnavailableError extends Error {
  override readonly name = 'PeerUnavailableError';
}

/** A peer that is alive answers in milliseconds; five seconds of silence on loopback is a hung one. */
const REQUEST_TIMEOUT_MS = 5000;
/** A report of 5,000 peers is about 4 MB. */
const REPLY_BYTES_MAX = 32 * 1024 * 1024;

/**
 * The body of `path` at `httpAddress`: `host:port`, `[ipv6]:port` or the absolute path of a unix
 * socket. Throws PeerUnavailableError when there is no answer, or one that is not 200.
 */
export async function getFromPeer(httpAddress: string, path: string): Promise<string> {
  const options = { ...parseTarget(httpAddress), path, timeout: REQUEST_TIMEOUT_MS };
  try {
    return await receive(options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PeerUnavailableError(`no peer answers at ${httpAddress}: ${reason}`, {
      cause: error,
    });
  }
}

function parseTarget(httpAddress: string): RequestOptions {
  if (httpAddress.startsWith('/')) return { socketPath: httpAddress };
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(httpAddress);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || Number(match?.[3]) > 65_535) {
    throw new PeerUnavailableError(
      `"${httpAddress}" is no address of a peer: expected host:port, [ipv6]:port or the absolute path of a socket`,
    );
  }
  return { host, port: Number(match?.[3]) };
}

function receive(options: RequestOptions): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const sent = request(options, (response) => {
    readBody(response).then(resolve, reject);
  });
  sent.on('timeout', () => {
    sent.destroy(new Error(`silent for ${REQUEST_TIMEOUT_MS} ms`));
  });
  sent.on('error', reject);
  sent.end();
  return promise;
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > REPLY_BYTES_MAX) throw new Error(`its answer is over ${REPLY_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  if (response.statusCode !== 200) throw new Error(`it answered HTTP ${response.statusCode}`);
  return Buffer.concat(chunks).toString('utf8');
}
