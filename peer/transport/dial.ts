/** Opens a WebSocket over TLS to an endpoint. Whether a peer is there is the handshake's to say. */
import { type ConnectionOptions, type TLSSocket, createSecureContext } from 'node:tls';
import { type ClientOptions, WebSocket } from 'ws';
import { type Address, formatAddress } from '../ipam/cidr.ts';
import type { Endpoint } from '../mesh/record.ts';
import { Deadline } from './deadline.ts';
import { DIAL_TIMEOUT_MS, FRAME_BYTES_MAX } from './limits.ts';
import { LINK_PATH, type OpenSocket } from './listener.ts';
import { TLS_OPTIONS } from './tls-options.ts';

/** One for all dials: to make one costs 0.2 ms and some 30 KB. */
const CONTEXT = createSecureContext(TLS_OPTIONS);

interface Dial<Result> {
  readonly endpoint: Endpoint;
  /** Our own address that others know us by, on hosts with several. */
  readonly from: Address;
  /**
   * Called with the open socket at once, not by a promise: what came along with the answer is read
   * in the next moment, and if that breaks the rules somebody has to hear the error.
   */
  readonly onOpen: (open: OpenSocket) => Promise<Result>;
}

/** Resolves to what `onOpen` does. Rejects with what the dial failed with. */
export function dialSocket<Result>({ endpoint, from, onOpen }: Dial<Result>): Promise<Result> {
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  const url = `wss://${urlHost(endpoint.address)}:${endpoint.port}${LINK_PATH}`;
  const options: ClientOptions & ConnectionOptions = {
    rejectUnauthorized: false,
    secureContext: CONTEXT,
    maxPayload: FRAME_BYTES_MAX,
    perMessageDeflate: false,
    generateMask: leaveUnmasked,
    localAddress: formatAddress(from),
  };
  const socket = new WebSocket(url, options);
  const deadline = new Deadline(DIAL_TIMEOUT_MS, () => {
    reject(new Error(`no WebSocket within ${DIAL_TIMEOUT_MS} ms`));
    socket.terminate();
  });
  socket.on('error', reject);
  socket.once('upgrade', ({ socket: tls }) => {
    socket.once('open', () => {
      deadline.cancel();
      resolve(onOpen({ socket, tls: tls as TLSSocket, endpoint }));
      socket.off('error', reject);
    });
  });
  return promise.finally(() => deadline.cancel());
}

/**
 * Leaves the zeros that are there: a mask keeps browsers from writing what a proxy on the way takes
 * for a request (RFC 6455 §10.3), and here all the way is TLS. ws then copies nothing.
 */
function leaveUnmasked(_mask: Buffer): void {}

function urlHost(address: Address): string {
  const text = formatAddress(address);
  return address.family === 6 ? `[${text}]` : text;
}
