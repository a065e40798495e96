/**
 * The protocol between launcher and peer, version 1: frames on a unix stream socket. This file is
 * its documentation and the peer's side of its codec; plugin/launcher/protocol.h has the same numbers.
 *
 * A frame is u32 length of what follows, u8 type, payload. Integers are big-endian. FRAME_BYTES_MAX
 * bounds it in both directions.
 *
 *     launcher                                       peer
 *     HELLO          ─────────────────────────────▶
 *                    ◀─────────────────────────────  NETLINK or SYSCTL, one at a time, or none
 *     NETLINK_REPLY or SYSCTL_REPLY  ─────────────▶  ...
 *                    ◀─────────────────────────────  ANSWER: the launcher prints it and exits
 *
 * HELLO (1): u32 version, u32 namespace state (0 none, 1 open, 2 failed, 3 the host's own), u32 errno
 *   where it failed, u32 descriptor of the namespace in the launcher where it is open, u32 length of
 *   the environment, that environment ("NAME=value\0" of each CNI_ variable), then standard input.
 *   The queue of DELs holds exactly this payload.
 * NETLINK (16): u8 side (0 host, 1 pod), then rtnetlink requests one behind the other, each with a
 *   sequence number of its own and NLM_F_ACK or NLM_F_DUMP, 4-byte aligned. Links, addresses, routes
 *   and neighbours only.
 * NETLINK_REPLY (32): u32 errno of the transport, then all answers of the kernel. With an errno,
 *   there are none: EPERM for a request that the launcher does not carry, and nothing was sent.
 * SYSCTL (17): "path=value\0" each; the launcher has a closed list of paths below net/ (hands.c).
 * SYSCTL_REPLY (33): u32 errno of the transport, then u32 errno of each.
 * ANSWER (18): u8 exit code, then standard output. Is the same in every version, as is the beginning
 *   of HELLO up to its version, so that a peer can refuse a launcher it doesn't know.
 */
import { viewOf } from '../kernel/netlink/attribute.ts';
import type { PodNamespace, Side, Sysctl } from '../../plugin/hands.ts';

export const PROTOCOL_VERSION = 1;

/** Holds the largest HELLO (1 MiB of standard input, 64 KiB of environment) and batch of replies. */
export const FRAME_BYTES_MAX = 2 << 20;

export const FrameType = {
  hello: 1,
  netlink: 16,
  sysctl: 17,
  answer: 18,
  netlinkReply: 32,
  sysctlReply: 33,
} as const;

const VERSION_BYTES = 4;
const HELLO_HEAD_BYTES = 20;
const SIDES: Readonly<Record<Side, number>> = { host: 0, pod: 1 };

export interface Frame {
  readonly type: number;
  readonly payload: Uint8Array;
}

export interface Hello {
  readonly namespace: PodNamespace;
  readonly environment: ReadonlyMap<string, string>;
  /** Standard input. */
  readonly config: string;
}

/** The other side does not keep to the protocol. The message says how. */
export class ProtocolError extends Error {
  override readonly name: string = 'ProtocolError';
}

/** The launcher speaks another version, of which only the version itself and ANSWER are known. */
export class ForeignVersion extends ProtocolError {
  override readonly name = 'ForeignVersion';
}

export function encodeFrame(type: number, parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 1);
  const head = new Uint8Array(5);
  viewOf(head).setUint32(0, length);
  head[4] = type;
  return Buffer.concat([head, ...parts]);
}

/** Throws ProtocolError; of these ForeignVersion, whatever follows the version, if that is not ours. */
export function decodeHello(payload: Uint8Array): Hello {
  const view = viewOf(payload);
  if (payload.length >= VERSION_BYTES && view.getUint32(0) !== PROTOCOL_VERSION)
    throw new ForeignVersion(
      `the launcher on this host speaks protocol ${view.getUint32(0)}, the peer ${PROTOCOL_VERSION}: ` +
        'reinstall the launcher that came with this peer',
    );
  if (payload.length < HELLO_HEAD_BYTES)
    throw new ProtocolError(`HELLO of ${payload.length} bytes`);
  const configOffset = HELLO_HEAD_BYTES + view.getUint32(16);
  if (configOffset > payload.length) throw new ProtocolError('HELLO with half an environment');
  return {
    namespace: decodeNamespace(view),
    environment: decodeEnvironment(payload.subarray(HELLO_HEAD_BYTES, configOffset)),
    config: new TextDecoder().decode(payload.subarray(configOffset)),
  };
}

export function encodeNetlink(side: Side, requests: Uint8Array): Uint8Array {
  return encodeFrame(FrameType.netlink, [Uint8Array.of(SIDES[side]), requests]);
}

export function encodeSysctls(sysctls: readonly Sysctl[]): Uint8Array {
  const text = sysctls.map(({ path, value }) => `${path}=${value}\0`).join('');
  return encodeFrame(FrameType.sysctl, [new TextEncoder().encode(text)]);
}

export function encodeAnswer({
  exitCode,
  stdout,
}: {
  exitCode: number;
  stdout: string;
}): Uint8Array {
  return encodeFrame(FrameType.answer, [Uint8Array.of(exitCode), new TextEncoder().encode(stdout)]);
}

/** Errno of the transport and what follows it, of both kinds of replies. Throws ProtocolError. */
export function decodeReply({ payload }: Frame): { errno: number; body: Uint8Array } {
  if (payload.length < 4) throw new ProtocolError(`a reply of ${payload.length} bytes`);
  return { errno: viewOf(payload).getUint32(0), body: payload.subarray(4) };
}

/** Throws ProtocolError unless there are exactly `count`. */
export function decodeErrnos(body: Uint8Array, count: number): readonly number[] {
  if (body.length !== 4 * count)
    throw new ProtocolError(`${body.length} bytes for ${count} sysctls`);
  const view = viewOf(body);
  return Array.from({ length: count }, (_, i) => view.getUint32(4 * i));
}

function decodeNamespace(view: DataView): PodNamespace {
  const state = view.getUint32(4);
  if (state === 0) return { type: 'none' };
  if (state === 1) return { type: 'open', fd: view.getUint32(12) };
  if (state === 2) return { type: 'failed', errno: view.getUint32(8) };
  if (state === 3) return { type: 'own' };
  throw new ProtocolError(`HELLO with the namespace state ${state}`);
}

/** Variables are bytes: one that is no UTF-8 gets replacement characters, which no check lets pass. */
function decodeEnvironment(bytes: Uint8Array): ReadonlyMap<string, string> {
  const environment = new Map<string, string>();
  for (const variable of new TextDecoder().decode(bytes).split('\0')) {
    const at = variable.indexOf('=');
    if (at > 0) environment.set(variable.slice(0, at), variable.slice(at + 1));
  }
  return environment;
}
