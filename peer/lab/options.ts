/** The lab's command line: text to a checked command. Prints and does nothing itself. */
import { parseArgs } from 'node:util';
import type { Family } from '../ipam/cidr.ts';
import { ENCAPSULATION_BYTES } from '../overlay/names.ts';

export interface LabOptions {
  readonly nodes: number;
  /** Pods on each node. */
  readonly pods: number;
  readonly underlayMtu: number;
  /** Of the underlay and of the pods: the lab's networks are of one family. */
  readonly family: Family;
  /** Tear down when the proof is done, instead of waiting for Ctrl-C. */
  readonly once: boolean;
}

export type LabCommand =
  | { readonly type: 'up'; readonly options: LabOptions }
  | { readonly type: 'down' }
  | { readonly type: 'help' };

/** The command line is wrong. The message says which option, which value and what would be right. */
export class LabUsageError extends Error {
  override readonly name = 'LabUsageError';
}

export const USAGE = `Usage: npm run lab -- [--nodes 3] [--pods 2] [--underlay-mtu 1500] [--ipv6] [--once]
       npm run lab -- down

Makes a Weft network of several nodes on this machine, each node a network namespace with a real
peer in it, attaches pods and proves that they reach each other. Stays up until Ctrl-C.

  --nodes N         nodes, 1 to 100
  --pods N          pods on each node, 1 to 50
  --underlay-mtu N  MTU of the network between the nodes
  --ipv6            an IPv6 underlay and IPv6 pods instead of IPv4
  --once            tear down after the proof; exit status 1 if any claim did not hold
  down              remove everything that any run of the lab left`;

/** A peer takes about 100 MB: a hundred of them is what a large machine has room for. */
const NODES_MAX = 100;
/** Every endpoint pings every other, so the work grows with the square of the pods. */
const PODS_MAX = 50;
/** The largest packet of IPv4, and the largest MTU that veth takes. */
const MTU_MAX = 65_535;
/** The packet that every IPv4 host must accept (RFC 791), and IPv6's minimum MTU (RFC 8200). */
const OVERLAY_MTU_MIN = { 4: 576, 6: 1280 } as const;

/** Parses what follows `npm run lab --`. Throws LabUsageError. */
export function parseLabCommand(args: readonly string[]): LabCommand {
  const { values, positionals } = splitArguments(args);
  if (values.help === true) return { type: 'help' };
  const [verb, extra] = positionals;
  if (extra !== undefined) throw new LabUsageError(`"${extra}" is one word too many\n\n${USAGE}`);
  if (verb === 'down') return { type: 'down' };
  if (verb !== undefined && verb !== 'up') {
    throw new LabUsageError(
      `"${verb}" is no command of the lab: expected down, or nothing\n\n${USAGE}`,
    );
  }
  const family: Family = values.ipv6 === true ? 6 : 4;
  const mtuMin = OVERLAY_MTU_MIN[family] + ENCAPSULATION_BYTES[family];
  const options: LabOptions = {
    nodes: parseCount('--nodes', values.nodes ?? '3', { min: 1, max: NODES_MAX }),
    pods: parseCount('--pods', values.pods ?? '2', { min: 1, max: PODS_MAX }),
    underlayMtu: parseCount('--underlay-mtu', values['underlay-mtu'] ?? '1500', {
      min: mtuMin,
      max: MTU_MAX,
    }),
    family,
    once: values.once === true,
  };
  return { type: 'up', options };
}

function splitArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        nodes: { type: 'string' },
        pods: { type: 'string' },
        'underlay-mtu': { type: 'string' },
        ipv6: { type: 'boolean' },
        once: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LabUsageError(`${reason}\n\n${USAGE}`, { cause: error });
  }
}

function parseCount(
  name: string,
  text: string,
  { min, max }: { min: number; max: number },
): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new LabUsageError(`${name} is "${text}": expected a whole number from ${min} to ${max}`);
}
