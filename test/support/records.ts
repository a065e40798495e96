/** Peers and records for tests: real identities, made from a number so that runs are alike. */
import { createHash, createPrivateKey } from 'node:crypto';
import type { Custody } from '../../peer/ipam/custody-state.ts';
import { parseAddress } from '../../peer/ipam/parse.ts';
import type { PeerId } from '../../peer/mesh/peer-id.ts';
import type { Endpoint, PeerContent, Profile } from '../../peer/mesh/record.ts';
import { type Identity, clusterHash, loadIdentity } from '../../peer/wire/identity.ts';
import { createRecordCodec } from '../../peer/wire/record-codec.ts';

export const TEST_CLUSTER = clusterHash('test');

/** RFC 8410 §7: what precedes the 32 bytes of the seed in a PKCS #8 key. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

export function testIdentity(n: number): Identity {
  const seed = createHash('sha256').update(`test identity ${n}`).digest();
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  return loadIdentity(key.export({ format: 'der', type: 'pkcs8' }));
}

export function testCodec(n: number): ReturnType<typeof createRecordCodec> {
  return createRecordCodec(testIdentity(n), TEST_CLUSTER);
}

export function testEndpoint(n: number): Endpoint {
  return { address: parseAddress(`198.18.${n >> 8}.${n & 0xff}`), port: 6783 };
}

export function testProfile(n: number): Profile {
  const { address } = testEndpoint(n);
  const mac = `02:00:00:00:${hex(n >> 8)}:${hex(n & 0xff)}`;
  return {
    name: `node${n}`,
    endpoints: [testEndpoint(n)],
    vtep: { underlay: address, port: 6784, mac, overlay: [] },
  };
}

export const EMPTY_CUSTODY: Custody = {
  hold: [],
  pending: [],
  counterparties: [],
  viewRev: 0n,
  viewHash: 0n,
  historyMark: 0n,
  registeredRev: 1n,
  freeLog2: { v4: 0, v6: 0 },
  carriedOver: [],
};

export function testContent(n: number, custody: Partial<Custody> = {}): PeerContent {
  const all = { ...EMPTY_CUSTODY, ...custody };
  return { type: 'peer', profile: testProfile(n), custody: all, instance: BigInt(n) };
}

export function sealPeer(n: number, version = { epoch: 1, seq: 1 }) {
  return testCodec(n).seal({ peer: testIdentity(n).id, ...version, content: testContent(n) });
}

export function sealDown(n: number, down: readonly PeerId[], version = { epoch: 1, seq: 2 }) {
  const content = { type: 'links', down } as const;
  return testCodec(n).seal({ peer: testIdentity(n).id, ...version, content });
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
