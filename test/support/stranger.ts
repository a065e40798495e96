/**
 * Somebody who reaches a control port and has no business there. Run by Node inside a namespace:
 *
 *   node stranger.ts garbage|random-frame|huge-frame ADDRESS PORT
 *
 * Does one of these, waits until the other end has closed the connection, and exits 0; 1 when it has
 * not after a time.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { WebSocket } from 'ws';

const CLOSED_WITHIN_MS = 15_000;
const HUGE_FRAME_BYTES = 100 * 1024 * 1024;

const ACTS: Readonly<Record<string, (host: string, port: number) => Promise<void>>> = {
  /** Random bytes where TLS is expected. */
  garbage: async (host, port) => {
    const socket = connect({ host, port });
    // The other end may close while we still write, which is what we came for.
    socket.on('error', () => undefined);
    socket.write(randomBytes(64 * 1024));
    socket.resume();
    // An error comes before the close, and is one way of being thrown out.
    await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  },
  /** A message of random bytes on a WebSocket as peers open it. */
  'random-frame': async (host, port) => await sendMessage(host, port, randomBytes(1000)),
  'huge-frame': async (host, port) => await sendMessage(host, port, Buffer.alloc(HUGE_FRAME_BYTES)),
};

async function sendMessage(host: string, port: number, message: Buffer): Promise<void> {
  const socket = new WebSocket(`wss://${host}:${port}/weft/v1/link`, {
    rejectUnauthorized: false,
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await once(socket, 'open');
  socket.on('error', () => undefined);
  socket.send(message, () => undefined);
  await closed;
}

const [act = '', host = '', port = ''] = process.argv.slice(2);
const perform = ACTS[act];
if (perform === undefined) throw new Error(`"${act}" is none of ${Object.keys(ACTS).join(', ')}`);
const timer = setTimeout(() => process.exit(1), CLOSED_WITHIN_MS);
await perform(host, Number(port));
clearTimeout(timer);
