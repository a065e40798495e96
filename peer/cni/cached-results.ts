/**
 * The results of ADDs that the container runtime keeps until the DEL, as far as they are of our
 * network: they tell whose a host interface is when our own state can't. Only hints, read once and
 * never changed: a file that can't be understood is passed over.
 *
 * Format: libcni of github.com/containernetworking/cni (`cniCacheV1`, 0.7 and later), which
 * containerd and CRI-O use.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseAttachmentKey, parsePodName } from '../../plugin/environment.ts';
import { hostInterfaceName, podMac } from '../../plugin/pod-network.ts';
import type { Attachment } from '../ipam/attachment.ts';
import type { Address, Family } from '../ipam/cidr.ts';
import { parseAddress } from '../ipam/parse.ts';

/** Several times the 110 pods of a node, a few networks each, and what DELs that failed left. */
const RESULTS_MAX = 8_192;

/** A result is one or two kilobytes, most of it the network's configuration. */
const RESULT_BYTES_MAX = 256 * 1024;

/** In the order of the files' names. A directory that is not there, or can't be read, has none. */
export function readCachedResults(directory: string): readonly Attachment[] {
  const names = attempt(() => readdirSync(directory)) ?? [];
  return names
    .sort()
    .slice(0, RESULTS_MAX)
    .flatMap((name) => attempt(() => readResult(join(directory, name))) ?? []);
}

function readResult(path: string): readonly Attachment[] {
  const file = statSync(path);
  if (!file.isFile() || file.size > RESULT_BYTES_MAX) return [];
  const cached = objectOf(JSON.parse(readFileSync(path, 'utf8')));
  if (cached['kind'] !== 'cniCacheV1') return [];
  const environment = environmentOf(cached);
  const key = parseAttachmentKey(environment);
  const addresses = addressesOf(objectOf(cached['result']));
  if (addresses.length === 0) return [];
  return [
    {
      ...key,
      addresses,
      hostInterface: hostInterfaceName(key),
      podMac: podMac(addresses),
      podName: attempt(() => parsePodName(environment)) ?? '',
    },
  ];
}

/** As the ADD had it. */
function environmentOf(cached: Record<string, unknown>): ReadonlyMap<string, string> {
  const args = listOf(cached['cniArgs']).map((pair) => listOf(pair).join('='));
  return new Map([
    ['CNI_CONTAINERID', String(cached['containerId'])],
    ['CNI_IFNAME', String(cached['ifName'])],
    ['CNI_ARGS', args.join(';')],
  ]);
}

/** At most one of each family, IPv4 first. Since 0.3.0 results have a list; before, one field each. */
function addressesOf(result: Record<string, unknown>): readonly Address[] {
  const texts = [
    ...listOf(result['ips']).map((entry) => objectOf(entry)['address']),
    objectOf(result['ip4'])['ip'],
    objectOf(result['ip6'])['ip'],
  ];
  const found = texts.flatMap((text) => attempt(() => addressIn(text)) ?? []);
  const first = (family: Family) => found.find((address) => address.family === family) ?? [];
  return [first(4), first(6)].flat();
}

/** Of `10.32.0.5/32`. */
function addressIn(text: unknown): Address | undefined {
  return typeof text === 'string' ? parseAddress(text.replace(/\/\d+$/, '')) : undefined;
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Undefined for whatever can't be read or understood. */
function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
