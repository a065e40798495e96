/** Every packet that crosses a namespace's interface, by tcpdump, and what of it these tests read. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Namespace } from './namespace.ts';

/** One packet of IPv4 with its transport header's ports. */
export interface Packet {
  readonly protocol: 'tcp' | 'udp' | 'other';
  /** `address:port`. */
  readonly from: string;
  readonly to: string;
  readonly toPort: number;
  readonly fromPort: number;
  /** TCP only: of the first byte of the payload. */
  readonly sequence: number;
  readonly isSyn: boolean;
  readonly payload: Buffer;
}

export interface Capture {
  /**
   * Ends it: all packets of IPv4 that were seen, but perhaps for those of the last milliseconds.
   * Throws when some were missed before.
   */
  stop(): Promise<readonly Packet[]>;
}

/** Resolves when everything from now on is captured into the file. */
export async function startCapture(
  namespace: Pick<Namespace, 'name'>,
  { device, file }: { readonly device: string; readonly file: string },
): Promise<Capture> {
  // Root: the directory is closed to the user that tcpdump would become. Immediate mode: what waits
  // in a block that is not full yet would be lost at the end. 16 MB of buffer, against drops.
  const options = ['-U', '-Z', 'root', '--immediate-mode', '-B', '16384'];
  const flags = ['-i', device, '-w', file, ...options, 'ip'];
  const child = spawn('ip', ['netns', 'exec', namespace.name, 'tcpdump', ...flags], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'close');
  const said: string[] = [];
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    if (line.includes('listening on')) resolve();
  });
  const failed = ended.then(() => {
    throw new Error(`tcpdump ended by itself: ${said.join('; ')}`);
  });
  await Promise.race([listening, failed]);
  failed.catch(() => undefined);
  return {
    stop: async () => {
      child.kill('SIGINT');
      await ended;
      if (!said.includes('0 packets dropped by kernel')) throw new Error(said.join('; '));
      return parseCapture(readFileSync(file));
    },
  };
}

/** Sizes in a file of libpcap's (pcap-savefile(5)), in the byte order of the machine that wrote it. */
const FILE_HEADER_BYTES = 24;
const PACKET_HEADER_BYTES = 16;
const ETHERNET_BYTES = 14;

function parseCapture(file: Buffer): readonly Packet[] {
  const packets: Packet[] = [];
  let at = FILE_HEADER_BYTES;
  while (at + PACKET_HEADER_BYTES <= file.length) {
    const capturedBytes = file.readUInt32LE(at + 8);
    const start = at + PACKET_HEADER_BYTES;
    packets.push(parseIpv4(file.subarray(start + ETHERNET_BYTES, start + capturedBytes)));
    at = start + capturedBytes;
  }
  return packets;
}

/** An IPv4 packet (RFC 791), without what Ethernet pads short ones with. */
export function parseIpv4(bytes: Buffer): Packet {
  const headerBytes = (bytes.readUInt8(0) & 0x0f) * 4;
  const segment = bytes.subarray(headerBytes, bytes.readUInt16BE(2));
  const protocol = ({ 6: 'tcp', 17: 'udp' } as const)[bytes.readUInt8(9)] ?? 'other';
  const [fromPort, toPort] =
    protocol === 'other' ? [0, 0] : [segment.readUInt16BE(0), segment.readUInt16BE(2)];
  return {
    protocol,
    from: `${[...bytes.subarray(12, 16)].join('.')}:${fromPort}`,
    to: `${[...bytes.subarray(16, 20)].join('.')}:${toPort}`,
    fromPort,
    toPort,
    ...parseSegment(protocol, segment),
  };
}

function parseSegment(
  protocol: Packet['protocol'],
  segment: Buffer,
): Pick<Packet, 'sequence' | 'isSyn' | 'payload'> {
  if (protocol === 'udp') return { sequence: 0, isSyn: false, payload: segment.subarray(8) };
  if (protocol === 'other') return { sequence: 0, isSyn: false, payload: segment };
  const isSyn = (segment.readUInt8(13) & 0x02) !== 0;
  return {
    // A SYN takes a number of its own, before the payload's first (RFC 9293).
    sequence: (segment.readUInt32BE(4) + Number(isSyn)) >>> 0,
    isSyn,
    payload: segment.subarray((segment.readUInt8(12) >> 4) * 4),
  };
}

/**
 * What each end of each TCP connection sent, by `from > to`, put together as the receiver does.
 * Only of connections that were captured from their first packet on. Throws when a part is missing.
 */
export function reassembleStreams(packets: readonly Packet[]): ReadonlyMap<string, Buffer> {
  const streams = new Map<string, { start: number; parts: Map<number, Buffer> }>();
  for (const { protocol, from, to, sequence, isSyn, payload } of packets) {
    if (protocol !== 'tcp') continue;
    const name = `${from} > ${to}`;
    if (isSyn) streams.set(name, { start: sequence, parts: new Map() });
    const stream = streams.get(name);
    if (stream === undefined || payload.length === 0) continue;
    // Streams are far below 4 GB, so this is the offset whatever number the stream began with.
    const offset = (sequence - stream.start) >>> 0;
    const known = stream.parts.get(offset);
    if (known === undefined || known.length < payload.length) stream.parts.set(offset, payload);
  }
  return new Map([...streams].map(([name, { parts }]) => [name, joinParts(name, parts)]));
}

function joinParts(name: string, parts: ReadonlyMap<number, Buffer>): Buffer {
  const joined: Buffer[] = [];
  let end = 0;
  for (const [offset, part] of [...parts].sort(([a], [b]) => a - b)) {
    if (offset > end) throw new Error(`${name}: nothing was captured from ${end} to ${offset}`);
    const fresh = part.subarray(end - offset);
    joined.push(fresh);
    end += fresh.length;
  }
  return Buffer.concat(joined);
}
