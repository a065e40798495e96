/**
 * The few socket calls of libc that netlink takes, through koffi. Calls return as in C: a negative
 * number means failure, and lastErrno tells which. Numbers are Linux's, the same on x86-64 and arm64.
 */
import koffi from 'koffi';

/** The process itself: libc is loaded already, whichever it is. */
const libc = koffi.load(null);

export const Constant = {
  familyNetlink: 16,
  socketRaw: 3,
  socketCloseOnExec: 0x80000,
  protocolRoute: 0,
  levelSocket: 1,
  optionReceiveBuffer: 8,
  optionReceiveBufferForce: 33,
  levelNetlink: 270,
  optionCappedAck: 10,
  optionExtendedAck: 11,
  optionStrictCheck: 12,
  dontWait: 0x40,
  truncated: 0x20,
} as const;

export const socket = libc.func('int socket(int, int, int)') as (
  family: number,
  type: number,
  protocol: number,
) => number;

export const bind = libc.func('int bind(int, void *, uint32_t)') as (
  socketFd: number,
  address: Uint8Array,
  addressBytes: number,
) => number;

/** Writes the socket's own address into `address`; `addressBytes` holds one 32-bit number. */
export const getsockname = libc.func('int getsockname(int, void *, void *)') as (
  socketFd: number,
  address: Uint8Array,
  addressBytes: Uint8Array,
) => number;

// send and recv return ssize_t, which koffi knows as long.
export const send = libc.func('long send(int, void *, size_t, int)') as (
  socketFd: number,
  bytes: Uint8Array,
  count: number,
  flags: number,
) => number;

export const receive = libc.func('long recv(int, void *, size_t, int)') as (
  socketFd: number,
  buffer: Uint8Array,
  count: number,
  flags: number,
) => number;

const setsockopt = libc.func('int setsockopt(int, int, int, void *, uint32_t)') as (
  ...parameters: [socketFd: number, level: number, option: number, value: Uint8Array, bytes: number]
) => number;

export const close = libc.func('int close(int)') as (fd: number) => number;

/** Sets an option of type int. */
export function setOption(
  socketFd: number,
  { level, option, value }: { level: number; option: number; value: number },
): number {
  const bytes = new Uint8Array(Int32Array.of(value).buffer);
  return setsockopt(socketFd, level, option, bytes, bytes.length);
}

/** Why the last call failed. Only right after it, before any other. */
export function lastErrno(): number {
  return koffi.errno();
}
