/** What somebody sees who listens on the underlay, from before the first peer starts. */
import assert from 'node:assert/strict';
import { after, it } from 'node:test';
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
const reports = await cluster.startPeers();
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

it("peers' names, identities and holdings are never in clear", () => {
  const control = Buffer.concat(packets.filter(isControl).map(({ payload }) => payload));
  const secrets = reports.flatMap(({ peer, holdings }) => [
    Buffer.from(peer.name),
    Buffer.from(peer.id),
    Buffer.from(peer.id, 'hex'),
    ...holdings.map(({ cidr }) => Buffer.from(cidr)),
  ]);
  assert.ok(secrets.length >= 4 * reports.length);
  for (const secret of secrets)
    assert.equal(control.indexOf(secret), -1, `${secret.toString()} is in clear`);
});
