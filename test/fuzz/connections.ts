/**
 * Bytes of any kind on real connections, in either role: to a transport that is dialled, also by a
 * member that has proved itself, and to one that dials. An error that nobody hears ends the process.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import { parseAddress } from '#peer/ipam/parse.ts';
import { makeCertificate } from '#peer/transport/certificate.ts';
import { LINK_PATH } from '#peer/transport/listener.ts';
import { type Changes, upgradeAnswer, upgradeRequest } from '#test/support/upgrade.ts';
import {
  type Closing,
  type End,
  connectMember,
  count,
  link,
  openEnd,
} from '#test/unit/transport/ends.ts';
import { Dice } from './dice.ts';
import { hostileBytes } from './hostile-bytes.ts';

const HOST = '127.0.0.1';
/** So much passes on the victim's clock between two connections that no rate is in the way. */
const BETWEEN_MS = 60_000;
const MEMBER = 3;
/** How often what comes before the frames is sound, or they would not be looked at. */
const SOUND_SHARE = 0.8;
/** How often they come in one segment with it. */
const AT_ONCE_SHARE = 0.6;
const RESET_SHARE = 0.3;
/** Turns of the event loop between two things that are done. */
const TURNS_MAX = 4;
const CERTIFICATE = makeCertificate();

interface ConnectionsAttack {
  readonly seed: number;
  readonly connections: number;
  /** Told of each before it is made: what was told last is what an error comes of. */
  readonly onConnection: (what: string) => void;
}

/** Resolves to how often each reason was counted. Rejects when the link of another suffers. */
export async function attackConnections(
  t: Closing,
  { seed, connections, onConnection }: ConnectionsAttack,
): Promise<ReadonlyMap<string, number>> {
  let now = 0;
  const dice = new Dice(seed);
  const victim = await openEnd(t, 1, { now: () => now });
  const friend = await openEnd(t, 2, { onQuestion: async () => ({ error: '', arbiter: NOTHING }) });
  await link(victim, friend);
  for (let n = 0; n < connections; n++) {
    now += BETWEEN_MS;
    const what = dice.pick(['stranger', 'member', 'answer'] as const);
    const frames = hostileBytes(dice, what !== 'answer');
    onConnection(`${what}: ${frames.toHex()}`);
    if (what === 'stranger') await connectAsStranger(dice, victim, frames);
    else if (what === 'member') await speakAsMember(t, { dice, victim, frames });
    else await answerDial(dice, victim, frames);
  }
  await victim.transport.ask({ peer: friend.id, endpoint: friend.endpoint }, QUESTION);
  assert.equal(count(friend, 'link-down'), 0, 'the link of another went down');
  return new Map(Object.entries(victim.counters.all()));
}

const NOTHING = new Uint8Array();
const QUESTION = { type: 'space', family: 4, wantLog2: 8, minLog2: 4 } as const;

async function connectAsStranger(dice: Dice, victim: End, frames: Buffer): Promise<void> {
  await using relay = await openRelay(victim.endpoint.port);
  const at = { port: relay.port, host: HOST };
  const isTls = dice.chance(SOUND_SHARE);
  const socket = isTls ? tls.connect({ ...at, rejectUnauthorized: false }) : net.connect(at);
  socket.on('error', () => {});
  socket.resume();
  await once(socket, isTls ? 'secureConnect' : 'connect');
  await say(dice, socket, [isTls ? requestOf(dice) : Buffer.alloc(0), frames]);
  await relay.end(dice);
  socket.destroy();
}

async function speakAsMember(
  t: Closing,
  { dice, victim, frames }: { dice: Dice; victim: End; frames: Buffer },
): Promise<void> {
  const member = await connectMember(t, victim, MEMBER);
  await say(dice, member.tls, [frames]);
  member.socket.terminate();
  await member.gone;
}

async function answerDial(dice: Dice, victim: End, frames: Buffer): Promise<void> {
  const server = tls.createServer({ ...CERTIFICATE, minVersion: 'TLSv1.3' });
  const port = await listen(server);
  await using relay = await openRelay(port);
  server.on('secureConnection', (socket: TLSSocket) => {
    socket.on('error', () => {});
    socket.once('data', (request: Buffer) => {
      void say(dice, socket, [answerOf(dice, request.toString()), frames])
        .then(() => relay.end(dice))
        .then(() => socket.destroy());
    });
  });
  const failed = victim.event('dial-failed', count(victim, 'dial-failed') + 1);
  victim.transport.dial({ address: parseAddress(HOST), port: relay.port });
  await failed;
  server.close();
}

/** Says the parts in one segment or after each other. */
async function say(dice: Dice, socket: Socket, parts: readonly Buffer[]): Promise<void> {
  for (const part of dice.chance(AT_ONCE_SHARE) ? [Buffer.concat(parts)] : parts) {
    if (socket.writable) socket.write(part);
    await takeTurns(dice);
  }
}

/**
 * Carries bytes between two sockets, so that a connection can be reset: Node does not survive that
 * being done to a socket of its own with TLS on it.
 */
async function openRelay(target: number) {
  const sockets: Socket[] = [];
  const server = net.createServer((socket) => {
    const onward = net.connect(target, HOST);
    sockets.push(socket, onward);
    for (const one of [socket, onward]) one.on('error', () => {});
    socket.pipe(onward).pipe(socket);
  });
  const port = await listen(server);
  const close = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return {
    port,
    end: async (dice: Dice): Promise<void> => {
      const isReset = dice.chance(RESET_SHARE);
      for (const socket of sockets)
        if (isReset) socket.resetAndDestroy();
        else socket.end();
      await takeTurns(dice);
      close();
    },
    [Symbol.asyncDispose]: () => Promise.resolve(close()),
  };
}

async function listen(server: net.Server): Promise<number> {
  server.listen(0, HOST);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function takeTurns(dice: Dice): Promise<void> {
  for (let left = dice.below(TURNS_MAX); left > 0; left--)
    await new Promise((resolve) => setImmediate(resolve));
}

function requestOf(dice: Dice): Buffer {
  if (dice.chance(SOUND_SHARE)) return upgradeRequest();
  const start = `${dice.pick(['GET', 'CONNECT', 'POST'])} ${dice.pick([LINK_PATH, '/'])} HTTP/1.1`;
  const version = dice.pick(['13', '8', '1e9']);
  return cut(dice, upgradeRequest({ start, 'sec-websocket-version': version, ...oddLines(dice) }));
}

function answerOf(dice: Dice, request: string): Buffer {
  if (dice.chance(SOUND_SHARE)) return upgradeAnswer(request);
  const start = `HTTP/1.1 ${dice.pick([101, 100, 200, 302, 426])} Answer`;
  return cut(dice, upgradeAnswer(request, { start, ...oddLines(dice) }));
}

/** What nobody offered or asked for, or what is wrong. */
function oddLines(dice: Dice): Changes {
  return dice.pick<Changes>([
    { 'sec-websocket-extensions': 'permessage-deflate' },
    { 'sec-websocket-accept': 'another' },
    { location: '/' },
    { upgrade: 'h2c' },
  ]);
}

function cut(dice: Dice, head: Buffer): Buffer {
  return dice.chance(0.7) ? head : head.subarray(0, dice.below(head.length));
}
