/**
 * A member that knows thousands of peers that there are not, and tells a real one of them over one
 * link, as any neighbour does to who was away. Run inside a namespace, until its channel ends:
 *
 *   node feeder.ts ADDRESS TARGET KEY-FILE PEERS
 */
import process from 'node:process';
import { configDigest, readClusterKeys } from '#peer/config/cluster-config.ts';
import { parseConfig } from '#peer/config/config.ts';
import { Counters } from '#peer/counters.ts';
import { parseAddress } from '#peer/ipam/parse.ts';
import type { DirectoryRecord, Endpoint } from '#peer/mesh/record.ts';
import { clusterHash } from '#peer/wire/identity.ts';
import { createRecordCodec } from '#peer/wire/record-codec.ts';
import { BenchPeer } from './bench-peer.ts';
import { durableOf, identityOf, profileOf, viewOf } from './numbered-peer.ts';

/** Above any revision of the real arbiter's list: all are members that registered after it. */
const REGISTERED_REV = 1_000_000n;
/** Blocks of numbers from here on are in a part of the universe that the two real peers don't hold. */
const FIRST_BLOCK_NUMBER = 8_192;

const [address = '', target = '', keyFile = '', peers = ''] = process.argv.slice(2);
process.on('disconnect', () => process.exit(0));
// Seeds are a part of the configuration that peers compare: those of real-cluster.ts.
const flags = { name: 'feeder', address, seeds: '198.18.0.1', 'key-file': keyFile };
const config = parseConfig(
  Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`),
  {},
);
const cluster = clusterHash(config.cluster);
const endpoint = endpointAt(address);
const numbers = Array.from({ length: Number(peers) }, (_, n) => n);
const view = viewOf(numbers.map((n) => identityOf(n).id));
const others = numbers.slice(1).map(sealRecord);

const durable = durableOf(0, view);
const feeder = new BenchPeer({
  n: 0,
  credentials: {
    identity: identityOf(0),
    name: 'feeder',
    cluster,
    clusterName: config.cluster,
    keys: readClusterKeys(config),
    configDigest: configDigest(config),
  },
  endpoint,
  profile: profileOf(0, endpoint),
  universe: config.universe,
  durable: { ...durable, custody: { ...durable.custody, registeredRev: REGISTERED_REV } },
  bootstrap: [endpointAt(target)],
  counters: new Counters(),
});
await feeder.listen();
feeder.start(others);

/** Of a peer that holds its block, at an address of the network where nobody is. */
function sealRecord(n: number): DirectoryRecord {
  const identity = identityOf(n);
  const { custody, vtep } = durableOf(FIRST_BLOCK_NUMBER + n, view);
  const profile = profileOf(n, endpointAt(`198.19.${n >> 8}.${n & 0xff}`));
  return createRecordCodec(identity, cluster).seal({
    peer: identity.id,
    epoch: 1,
    seq: 1,
    content: {
      type: 'peer',
      profile: { ...profile, vtep: { ...profile.vtep, overlay: vtep } },
      custody: {
        hold: custody.hold,
        pending: [],
        counterparties: [],
        viewRev: REGISTERED_REV,
        registeredRev: REGISTERED_REV,
        freeLog2: { v4: 5, v6: 0 },
      },
    },
  });
}

function endpointAt(text: string): Endpoint {
  return { address: parseAddress(text), port: config.controlPort };
}
