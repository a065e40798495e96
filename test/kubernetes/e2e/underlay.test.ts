/** What somebody sees who listens on the LAN between the nodes, from before new peers start. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, it } from 'node:test';
import { type Packet, parseIpv4, reassembleStreams, startCapture } from '#test/support/capture.ts';
import { APPLICATION_DATA, readTlsRecords } from '#test/support/tls-records.ts';
import { type Cluster, openCluster } from '../cluster/cluster.ts';
import { LAN_BRIDGE } from '../cluster/network.ts';
import { rolledOut } from './peer.ts';
import { deployWeb, exec, type Pod, WEB_PORT } from './workload.ts';

const CONTROL_PORT = 6783;
const VXLAN_PORT = 6784;
const VXLAN_HEADER_BYTES = 8;
const ETHERNET_BYTES = 14;

let cluster: Cluster;
let pods: readonly Pod[];
let packets: readonly Packet[];

before(async () => {
  cluster = await openCluster();
  pods = await deployWeb(cluster);
  const directory = mkdtempSync(join(tmpdir(), 'weft-kubernetes-'));
  const capture = await startCapture(
    { name: cluster.lanNamespace },
    { device: LAN_BRIDGE, file: join(directory, 'lan.pcap') },
  );
  // New peers make new links, and a link's first bytes are what could be in clear.
  await cluster.kubectl(['-n', 'weft', 'delete', 'pods', '--all']);
  await rolledOut(cluster);
  for (const { name } of pods.slice(0, 1)) for (const to of pods) await fetch(name, to);
  packets = await capture.stop();
  rmSync(directory, { recursive: true });
});

async function fetch(from: string, to: Pod): Promise<void> {
  const url = `http://${to.address}:${WEB_PORT}/hostname`;
  assert.equal(await exec(cluster, from, ['curl', '-gsSm', '5', url]), to.name);
}

function isControl({ protocol, fromPort, toPort }: Packet): boolean {
  return protocol === 'tcp' && (fromPort === CONTROL_PORT || toPort === CONTROL_PORT);
}

function isVxlan({ protocol, toPort }: Packet): boolean {
  return protocol === 'udp' && toPort === VXLAN_PORT;
}

function isPodAddress(endpoint: string): boolean {
  return pods.some(({ address }) => endpoint.startsWith(`${address}:`));
}

it("pods' packets cross it in the tunnel, and never outside of it", () => {
  const inner = packets
    .filter(isVxlan)
    .map(({ payload }) => parseIpv4(payload.subarray(VXLAN_HEADER_BYTES + ETHERNET_BYTES)));
  const carried = inner.filter(({ from, to }) => isPodAddress(from) && isPodAddress(to));
  assert.ok(carried.length > 0);
  const bare = packets.filter(({ from, to }) => isPodAddress(from) || isPodAddress(to));
  assert.deepEqual(bare, []);
});

it('gossip crosses it as TLS records and nothing else', () => {
  const streams = reassembleStreams(packets.filter(isControl));
  const carrying = [...streams].filter(([, stream]) => stream.length > 0);
  assert.ok(carrying.length >= 6, `${carrying.length} streams`);
  for (const [name, stream] of carrying)
    assert.ok(readTlsRecords(name, stream).includes(APPLICATION_DATA), name);
});
