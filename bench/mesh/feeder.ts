/**
 * The neighbours of one real peer in a cluster of thousands of whom only these are there: each knows
 * the records of all, and tells them as any neighbour does to who was away. Run inside the namespace
 * of the cluster's network, until its channel ends:
 *
 *   node feeder.ts KEY-FILE PEERS TARGET-ADDRESS TARGET-ID,OTHER-ID...
 */
import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { configDigest, readClusterKeys } from '#peer/config/cluster-config.ts';
import { parseConfig } from '#peer/config/config.ts';
import { Counters } from '#peer/counters.ts';
import { parseAddress } from '#peer/ipam/parse.ts';
import { parsePeerId, type PeerId } from '#peer/mesh/peer-id.ts';
import type { DirectoryRecord, Endpoint } from '#peer/mesh/record.ts';
import { buildRings, observersOf } from '#peer/mesh/rings.ts';
import { clusterHash } from '#peer/wire/identity.ts';
import { createRecordCodec } from '#peer/wire/record-codec.ts';
import { BenchPeer } from './bench-peer.ts';
import { durableOf, identityOf, profileOf, viewOf } from './numbered-peer.ts';

/** Above any revision of the real arbiter's list: all are members that registered after it. */
const REGISTERED_REV = 1_000_000n;
/** Blocks of numbers from here on are in a part of the universe that the real peers don't hold. */
const FIRST_BLOCK_NUMBER = 8_192;
/** Addresses of the network (real-cluster.ts) at which all the others are, or are not. */
const OTHERS = '198.19.0.0/16';
/** Seeds are a part of the configuration that peers compare: those of real-cluster.ts. */
const SEEDS = '198.18.0.1';

const [keyFile = '', peers = '', target = '', realIds = ''] = process.argv.slice(2);
process.on('disconnect', () => process.exit(0));
const flags = { name: 'feeder', address: SEEDS, seeds: SEEDS, 'key-file': keyFile };
const config = parseConfig(
  Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`),
  {},
);
const cluster = clusterHash(config.cluster);
const numbers = Array.from({ length: Number(peers) }, (_, n) => n);
const view = viewOf(numbers.map((n) => identityOf(n).id));
const records = numbers.map(sealRecord);

execFileSync('ip', ['route', 'add', 'local', OTHERS, 'dev', 'lo']);
for (const n of findNeighbours()) {
  const neighbour = makePeer(n);
  await neighbour.listen();
  neighbour.start(records);
}

/** Those that the first of the real peers wants links to. */
function findNeighbours(): readonly number[] {
  const real = realIds.split(',').flatMap((text) => parsePeerId(text) ?? []);
  const ids = [...view.members.keys()];
  const [first] = real;
  if (first === undefined) throw new Error(`"${realIds}" begins with no id of a peer`);
  const wanted = new Set<PeerId>(observersOf(buildRings([...ids, ...real]), first));
  return numbers.filter((n) => wanted.has(identityOf(n).id));
}

function makePeer(n: number): BenchPeer {
  const durable = durableOf(FIRST_BLOCK_NUMBER + n, view);
  const endpoint = endpointOf(n);
  const profile = profileOf(n, endpoint);
  return new BenchPeer({
    n,
    credentials: {
      identity: identityOf(n),
      name: profile.name,
      cluster,
      clusterName: config.cluster,
      keys: readClusterKeys(config),
      configDigest: configDigest(config),
    },
    endpoint,
    profile,
    universe: config.universe,
    durable: { ...durable, custody: { ...durable.custody, registeredRev: REGISTERED_REV } },
    bootstrap: [endpointAt(target)],
    counters: new Counters(),
  });
}

/** Of a peer that holds its block and has its overlay address. */
function sealRecord(n: number): DirectoryRecord {
  const identity = identityOf(n);
  const { custody, vtep } = durableOf(FIRST_BLOCK_NUMBER + n, view);
  const profile = profileOf(n, endpointOf(n));
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
        viewHash: 0n,
        historyMark: 0n,
        registeredRev: REGISTERED_REV,
        freeLog2: { v4: 5, v6: 0 },
        carriedOver: [],
      },
      instance: 1n,
    },
  });
}

function endpointOf(n: number): Endpoint {
  return endpointAt(`198.19.${n >> 8}.${n & 0xff}`);
}

function endpointAt(text: string): Endpoint {
  return { address: parseAddress(text), port: config.controlPort };
}
