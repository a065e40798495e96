/**
 * A NETLINK_ROUTE socket for requests. Everything is synchronous and nothing waits: rtnetlink does
 * its work within send, and continues a dump within receive, so the answer is there or was lost.
 */
import { constants, endianness } from 'node:os';
import { assert } from '../../assert.ts';
import { Exchange, type Reply } from './exchange.ts';
import { isInterruptedDump, type Message, NetlinkError, parseMessages } from './message.ts';
import * as libc from './system-calls.ts';

const { Constant } = libc;
const { EAGAIN, EINTR, EMSGSIZE, ENOBUFS } = constants.errno;

/** Requests that go out in one send: their acknowledgements must fit the receive buffer together. */
export const BATCH_REQUESTS_MAX = 256;

/** Bytes that go out in one send: well below the kernel's send buffer of 208 KiB. */
export const BATCH_BYTES_MAX = 64 * 1024;

/** An acknowledgement takes about 1 KiB of kernel memory, an answer about 4 KiB. */
const RECEIVE_BUFFER_BYTES = 1024 * 1024;

/** The kernel fills at most 32 KiB of a dump into one message; one longer than this is refused. */
const RECEIVE_BYTES_MAX = 64 * 1024;

/** A dump is repeated when objects changed under it. A host where that goes on longer is at fault. */
const DUMP_ATTEMPTS_MAX = 10;

/** A signal may interrupt a call; more often than this in a row is no signal. */
const INTERRUPTS_MAX = 100;

const SOCKET_ADDRESS_BYTES = 12;

/** The kernel's rtnetlink, whoever carries the messages. */
export interface Netlink {
  /** Marks the notifications that our own requests cause (Message.port). */
  readonly port: number;
  /** Sends all requests in as few batches as fit; one reply each, in order. A failed one stops none. */
  exchange(requests: readonly Uint8Array[]): readonly Reply[];
  /** All that a dump tells, consistent in itself. Throws NetlinkError. */
  dump(request: Uint8Array): readonly Message[];
  close(): void;
}

/** Opens a socket in the process' network namespace. Throws NetlinkError. */
export function openNetlink(): Netlink {
  assert(endianness() === 'LE', 'netlink messages are built for little-endian machines');
  const socketFd = openRouteSocket({ groups: 0 });
  const buffer = new Uint8Array(RECEIVE_BYTES_MAX);
  let nextSequence = 1;

  const exchangeBatch = (batch: readonly Uint8Array[]): readonly Reply[] => {
    const exchange = new Exchange(batch, nextSequence);
    nextSequence = (nextSequence + batch.length) % 0x7fff_ffff;
    sendAll(socketFd, exchange.bytes);
    receiveReplies(socketFd, buffer, exchange);
    return exchange.replies();
  };
  return {
    port: portOf(socketFd),
    exchange: (requests) => splitIntoBatches(requests).flatMap(exchangeBatch),
    dump: (request) => repeatDump(() => exchangeBatch([request])),
    close: () => void libc.close(socketFd),
  };
}

/** A bound socket; `groups` is a bit mask of multicast groups (RTMGRP_*). Throws NetlinkError. */
export function openRouteSocket({ groups }: { readonly groups: number }): number {
  const type = Constant.socketRaw | Constant.socketCloseOnExec;
  const socketFd = libc.socket(Constant.familyNetlink, type, Constant.protocolRoute);
  if (socketFd < 0) throw lastError('socket');
  const address = new Uint8Array(SOCKET_ADDRESS_BYTES);
  const view = new DataView(address.buffer);
  view.setUint16(0, Constant.familyNetlink, true);
  view.setUint32(8, groups, true);
  setOptions(socketFd);
  if (libc.bind(socketFd, address, address.length) >= 0) return socketFd;
  const error = lastError('bind');
  libc.close(socketFd);
  throw error;
}

/** Receives what is there; undefined when there is nothing. Throws NetlinkError (ENOBUFS: some were lost). */
export function receiveBytes(socketFd: number, buffer: Uint8Array): Uint8Array | undefined {
  for (let attempt = 0; attempt < INTERRUPTS_MAX; attempt++) {
    const flags = Constant.dontWait | Constant.truncated;
    const count = libc.receive(socketFd, buffer, buffer.length, flags);
    if (count > buffer.length) throw new NetlinkError({ errno: EMSGSIZE, text: `${count} bytes` });
    if (count >= 0) return buffer.slice(0, count);
    const errno = libc.lastErrno();
    if (errno === EAGAIN) return undefined;
    if (errno !== EINTR) throw new NetlinkError({ errno, text: 'netlink receive' });
  }
  throw new NetlinkError({ errno: EINTR, text: 'netlink receive' });
}

/** In order, each within the bounds of one send. */
export function splitIntoBatches(
  requests: readonly Uint8Array[],
): readonly (readonly Uint8Array[])[] {
  const batches: Uint8Array[][] = [];
  let bytes = Infinity;
  for (const request of requests) {
    const last = batches.at(-1);
    if (last && last.length < BATCH_REQUESTS_MAX && bytes + request.length <= BATCH_BYTES_MAX) {
      last.push(request);
      bytes += request.length;
    } else {
      batches.push([request]);
      bytes = request.length;
    }
  }
  return batches;
}

/** Options that an older kernel lacks are left off: they refine, and nothing relies on them alone. */
function setOptions(socketFd: number): void {
  const size = { level: Constant.levelSocket, value: RECEIVE_BUFFER_BYTES };
  if (libc.setOption(socketFd, { ...size, option: Constant.optionReceiveBufferForce }) < 0) {
    libc.setOption(socketFd, { ...size, option: Constant.optionReceiveBuffer });
  }
  const { optionCappedAck, optionExtendedAck, optionStrictCheck } = Constant;
  for (const option of [optionCappedAck, optionExtendedAck, optionStrictCheck]) {
    libc.setOption(socketFd, { level: Constant.levelNetlink, option, value: 1 });
  }
}

function sendAll(socketFd: number, bytes: Uint8Array): void {
  for (let attempt = 0; attempt < INTERRUPTS_MAX; attempt++) {
    if (libc.send(socketFd, bytes, bytes.length, 0) >= 0) return;
    if (libc.lastErrno() !== EINTR) break;
  }
  throw lastError('send');
}

function receiveReplies(socketFd: number, buffer: Uint8Array, exchange: Exchange): void {
  let lost: NetlinkError | undefined;
  while (!exchange.isComplete) {
    try {
      const bytes = receiveBytes(socketFd, buffer);
      if (bytes === undefined) {
        exchange.abandon(
          lost ?? new NetlinkError({ errno: EAGAIN, text: 'the kernel did not answer' }),
        );
        return;
      }
      for (const message of parseMessages(bytes)) exchange.take(message);
    } catch (error) {
      // The kernel ran out of room for answers. What is in the buffer is still good: read it first.
      if (!(error instanceof NetlinkError) || error.errno !== ENOBUFS || lost) throw error;
      lost = error;
    }
  }
}

function repeatDump(dumpOnce: () => readonly Reply[]): readonly Message[] {
  let failure = new NetlinkError({ errno: EINTR, text: 'objects kept changing under the dump' });
  for (let attempt = 0; attempt < DUMP_ATTEMPTS_MAX; attempt++) {
    const [reply] = dumpOnce();
    assert(reply !== undefined, 'a dump has one reply');
    if (reply.error === undefined && !reply.messages.some(isInterruptedDump)) return reply.messages;
    if (reply.error === undefined) continue;
    failure = reply.error;
    if (failure.errno !== EINTR && failure.errno !== ENOBUFS) break;
  }
  throw failure;
}

function portOf(socketFd: number): number {
  const address = new Uint8Array(SOCKET_ADDRESS_BYTES);
  const length = new Uint8Array(Uint32Array.of(address.length).buffer);
  if (libc.getsockname(socketFd, address, length) < 0) throw lastError('getsockname');
  return new DataView(address.buffer).getUint32(4, true);
}

function lastError(call: string): NetlinkError {
  return new NetlinkError({ errno: libc.lastErrno(), text: `netlink ${call}` });
}
