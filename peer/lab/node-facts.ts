/** What is true of one node now: its peer's report, privileges and memory, its kernel's tables. Read, not judged. */
import { readFile } from 'node:fs/promises';
import type { Report } from '../http/report.ts';
import { type Family, formatCidr, hostRange } from '../ipam/cidr.ts';
import { parseAddress } from '../ipam/parse.ts';
import { ROUTE_PROTOCOL, VXLAN_DEVICE } from '../overlay/names.ts';
import { insideNamespace, runCommand } from './command.ts';
import { readReport } from './node.ts';
import type { NodePlan } from './plan.ts';

export interface NodeFacts {
  readonly name: string;
  readonly underlay: string;
  readonly report: Report;
  /** Remote underlay address of each FDB entry of the VXLAN device. */
  readonly fdb: readonly string[];
  /** Destination of each route of ours through the VXLAN device. */
  readonly tunnelRoutes: readonly string[];
  readonly capabilities: Capabilities;
  /** Memory of the peer; of what it shares with others its share. */
  readonly memoryBytes: number;
}

/** Capability sets of a process, bit n for capability n. */
export interface Capabilities {
  readonly effective: bigint;
  readonly permitted: bigint;
  readonly bounding: bigint;
  readonly ambient: bigint;
}

/** Reads everything that the claims about a node are judged by. */
export async function readNodeFacts(node: NodePlan, family: Family): Promise<NodeFacts> {
  const [report, fdb, routes, status, memory] = await Promise.all([
    readReport(node),
    runJson<{ dst?: string }>(node, ['bridge', '-j', 'fdb', 'show', 'dev', VXLAN_DEVICE]),
    runJson<{ dst: string }>(node, [
      'ip',
      '-j',
      `-${family}`,
      'route',
      'show',
      'dev',
      VXLAN_DEVICE,
      'proto',
      `${ROUTE_PROTOCOL}`,
    ]),
    readProcessFile(node, 'status'),
    readProcessFile(node, 'smaps_rollup'),
  ]);
  return {
    name: node.name,
    underlay: node.underlay,
    report,
    fdb: fdb.map(({ dst }) => dst ?? 'no address'),
    tunnelRoutes: routes.map(({ dst }) => normalizeDestination(dst)),
    capabilities: parseCapabilities(status),
    memoryBytes: parseMemoryBytes(memory),
  };
}

async function runJson<Row>(node: NodePlan, command: readonly string[]): Promise<readonly Row[]> {
  const { stdout } = await runCommand(insideNamespace(node.namespace, command));
  return stdout === '' ? [] : (JSON.parse(stdout) as readonly Row[]);
}

/** `ip` leaves out the prefix length of a single address; a block of one address is written with it. */
function normalizeDestination(destination: string): string {
  const isRange = destination.includes('/') || destination === 'default';
  return isRange ? destination : formatCidr(hostRange(parseAddress(destination)));
}

/** What proc(5) tells of the peer. */
async function readProcessFile({ pidFile }: NodePlan, name: string): Promise<string> {
  const pid = (await readFile(pidFile, 'utf8')).trim();
  return await readFile(`/proc/${pid}/${name}`, 'utf8');
}

/** Reads the proportional share of proc_pid_smaps(5); 0 when it is not told. */
export function parseMemoryBytes(smaps: string): number {
  const [, kibibytes = '0'] = /^Pss:\s*(\d+) kB$/m.exec(smaps) ?? [];
  return 1024 * Number(kibibytes);
}

/** Reads the capability sets of proc_pid_status(5). A set that is missing counts as full: it is not proven empty. */
export function parseCapabilities(status: string): Capabilities {
  const read = (name: string) =>
    BigInt(
      `0x${new RegExp(`^${name}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1] ?? 'ffffffffffffffff'}`,
    );
  return {
    effective: read('CapEff'),
    permitted: read('CapPrm'),
    bounding: read('CapBnd'),
    ambient: read('CapAmb'),
  };
}
