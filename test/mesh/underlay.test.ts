/** What somebody sees who listens on the underlay, from before the first peer starts. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, it } from 'node:test';
import { RecordMemory } from '#peer/daemon/record-memory.ts';
import { addressBytes, formatCidr } from '#peer/ipam/cidr.ts';
import type { DirectoryRecord } from '#peer/mesh/record.ts';
import { openDirectoryCache } from '#peer/store/directory-cache.ts';
import { encodeFrame } from '#peer/wire/frame-codec.ts';
import { weft } from '#peer/wire/generated/weft.js';
import { clusterHash, loadIdentity } from '#peer/wire/identity.ts';
import { createRecordCodec } from '#peer/wire/record-codec.ts';
import { type Packet, parseIpv4, reassembleStreams, startCapture } from '#test/support/capture.ts';
import { startPing } from '#test/support/ping.ts';
import { LAN_BRIDGE, RealCluster, type RealNode } from '#test/support/real-cluster.ts';
import { APPLICATION_DATA, readTlsRecords } from '#test/support/tls-records.ts';

const CONTROL_PORT = 6783;
const VXLAN_PORT = 6784;
const VNI = 6784;
/** RFC 7348 section 5: flags with the I bit, and the VNI in the upper 24 bits of the second word. */
const VXLAN_HEADER = Buffer.from([0x08, 0, 0, 0, 0, VNI >> 8, VNI & 0xff, 0]);
const ETHERNET_BYTES = 14;
const PINGS = 20;

const cluster = await RealCluster.create(3);
after(() => cluster[Symbol.asyncDispose]());
const [first, , third] = cluster.nodes as [RealNode, RealNode, RealNode];
const capture = await startCapture(cluster.lan, {
  device: LAN_BRIDGE,
  file: cluster.writeFile('lan.pcap', ''),
});
await cluster.startPeers();
await cluster.linked();
const [alice, bob] = [await cluster.addPod(first, 'alice'), await cluster.addPod(third, 'bob')];
const addresses = { alice: await alice.attach(), bob: await bob.attach() };
{
  await using pings = startPing(alice.namespace, { address: addresses.bob, intervalMs: 5 });
  // More than are asked for below: the capture may not have the last of them.
  await pings.answers(2 * PINGS);
}
const packets = await capture.stop();

function isControl({ protocol, fromPort, toPort }: Packet): boolean {
  return protocol === 'tcp' && (fromPort === CONTROL_PORT || toPort === CONTROL_PORT);
}

function isVxlan({ protocol, toPort }: Packet): boolean {
  return protocol === 'udp' && toPort === VXLAN_PORT;
}

it('nothing but links and the tunnel crosses the underlay', () => {
  const others = packets.filter((packet) => !isControl(packet) && !isVxlan(packet));
  assert.deepEqual(others, []);
});

it("pods' pings cross it as VXLAN with our VNI, from node to node", () => {
  const tunnelled = packets.filter(isVxlan);
  for (const { payload } of tunnelled)
    assert.deepEqual(payload.subarray(0, VXLAN_HEADER.length), VXLAN_HEADER);
  const inner = tunnelled
    .filter(({ from }) => from.startsWith(`${first.address}:`))
    .map(({ payload }) => parseIpv4(payload.subarray(VXLAN_HEADER.length + ETHERNET_BYTES)));
  const pings = inner.filter(({ protocol }) => protocol === 'other');
  assert.ok(pings.length >= PINGS, `${pings.length} pings`);
  for (const { from, to } of pings) {
    assert.equal(from, `${addresses.alice}:0`);
    assert.equal(to, `${addresses.bob}:0`);
  }
});

it('links are TLS records and nothing else, in both directions, from their first byte', () => {
  const streams = reassembleStreams(packets.filter(isControl));
  const carrying = [...streams].filter(([, stream]) => stream.length > 0);
  assert.ok(carrying.length >= 6, `${carrying.length} streams`);
  for (const [name, stream] of carrying)
    assert.ok(
      readTlsRecords(name, stream).includes(APPLICATION_DATA),
      `${name} carries no application data`,
    );
});

/** What each peer keeps of the others' records: as they came by its links, which have all of them. */
async function readRecords(): Promise<readonly DirectoryRecord[]> {
  await Promise.all(cluster.nodes.map(({ peer }) => peer.end('SIGTERM')));
  const { privateKey } = generateKeyPairSync('ed25519');
  const identity = loadIdentity(privateKey.export({ format: 'der', type: 'pkcs8' }));
  const codec = createRecordCodec(identity, clusterHash('weft'));
  return cluster.nodes.flatMap(({ peer }) => {
    const memory = new RecordMemory(openDirectoryCache(peer.stateDirectory));
    const records = memory.recall(codec);
    memory.close();
    return records;
  });
}

/** Parts of a record by what they are, in the bytes that a frame has of them. */
function readSecrets({ peer, content, signed }: DirectoryRecord): ReadonlyMap<string, Buffer> {
  const ofAll = [[`the signature of ${peer}`, signed.signature]] as const;
  if (content.type !== 'peer') return namedBytes(ofAll);
  const { profile, custody } = content;
  return namedBytes([
    ...ofAll,
    [`the name ${profile.name}`, Buffer.from(profile.name)],
    [`the MAC of ${profile.name}`, Buffer.from(profile.vtep.mac.replaceAll(':', ''), 'hex')],
    ...custody.hold.map(({ cidr, term }) => {
      const address = addressBytes({ family: cidr.family, value: cidr.address });
      const block = weft.v1.Block.encode({ address, length: cidr.length, term }).finish();
      return [`the block ${formatCidr(cidr)}`, block] as const;
    }),
  ]);
}

function namedBytes(named: readonly (readonly [string, Uint8Array])[]) {
  return new Map(named.map(([name, bytes]) => [name, Buffer.from(bytes)]));
}

/** Those of the secrets that the bytes have in clear. */
function findSecrets(bytes: Buffer, secrets: ReadonlyMap<string, Buffer>): readonly string[] {
  return [...secrets].filter(([, secret]) => bytes.includes(secret)).map(([name]) => name);
}

it("no part of peers' records is in clear, though the frames before TLS have each of them", async () => {
  const reports = await Promise.all(cluster.nodes.map(({ peer }) => peer.report()));
  const records = await readRecords();
  const secrets = new Map(records.flatMap((record) => [...readSecrets(record)]));
  for (const { peer, holdings } of reports) {
    assert.ok(secrets.has(`the name ${peer.name}`));
    for (const { cidr } of holdings) assert.ok(secrets.has(`the block ${cidr}`), cidr);
  }
  const frame = encodeFrame({ type: 'records', records: records.map(({ signed }) => signed) });
  assert.deepEqual(findSecrets(Buffer.from(frame), secrets), [...secrets.keys()]);
  const control = Buffer.concat([...reassembleStreams(packets.filter(isControl)).values()]);
  assert.deepEqual(findSecrets(control, secrets), []);
});
