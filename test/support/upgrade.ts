/** The two heads of HTTP with which a WebSocket begins, of our own making: RFC 6455 §1.3. */
import { createHash } from 'node:crypto';
import { LINK_PATH } from '#peer/transport/listener.ts';

const ACCEPT_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Lines that take the place of those that are right. */
export type Changes = Readonly<Record<string, string>>;

/** `changes` may name `start`, and any header. */
export function upgradeRequest(changes: Changes = {}): Buffer {
  return head({
    start: `GET ${LINK_PATH} HTTP/1.1`,
    host: 'weft',
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    'sec-websocket-version': '13',
    ...changes,
  });
}

/** To that request, as text. */
export function upgradeAnswer(request: string, changes: Changes = {}): Buffer {
  const key = /sec-websocket-key: (.*)\r\n/i.exec(request)?.[1] ?? '';
  const accept = createHash('sha1').update(`${key}${ACCEPT_SUFFIX}`).digest('base64');
  return head({
    start: 'HTTP/1.1 101 Switching Protocols',
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-accept': accept,
    ...changes,
  });
}

function head({ start, ...headers }: { readonly start: string } & Changes): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from(`${[start, ...lines].join('\r\n')}\r\n\r\n`);
}
