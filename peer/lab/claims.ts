/**
 * What the lab claims, judged by facts. Each claim is a sentence that a reader can check by hand, and
 * lists what speaks against it. Nothing here reads anything.
 */
import { type Cidr, containsAddress, overlaps } from '../ipam/cidr.ts';
import { parseAddress, parseCidr } from '../ipam/parse.ts';
import type { NodeFacts } from './node-facts.ts';
import type { Reachability } from './reachability.ts';

export interface Claim {
  readonly text: string;
  /** What speaks against it: empty when it holds. */
  readonly findings: readonly string[];
}

export interface PodFacts {
  readonly name: string;
  readonly node: string;
  readonly addresses: readonly string[];
}

export interface Facts {
  readonly nodes: readonly NodeFacts[];
  readonly pods: readonly PodFacts[];
}

/** CAP_NET_ADMIN is capability 12 (capability.h). */
const NET_ADMIN_ALONE = 1n << 12n;

/** Judges all that is claimed of the nodes and pods as they are now. */
export function judgeState(facts: Facts): readonly Claim[] {
  return [
    {
      text: 'Every peer is ready, knows every other and reports no problem',
      findings: facts.nodes.flatMap((node) => findPeerProblems(node, facts)),
    },
    {
      text: 'Every peer runs with CAP_NET_ADMIN alone',
      findings: facts.nodes.flatMap(findPrivileges),
    },
    {
      text: 'Every link that a peer wants is up',
      findings: facts.nodes.flatMap(findMissingLinks),
    },
    {
      text: 'All peers have the same records',
      findings: findDirectoryDifferences(facts.nodes),
    },
    { text: 'No two peers hold the same address', findings: findOverlaps(facts.nodes) },
    { text: 'Every pod has an address of its own', findings: findDuplicates(facts.pods) },
    {
      text: "Every pod's address is inside the holding of its node",
      findings: facts.pods.flatMap((pod) => findStrayAddresses(pod, facts)),
    },
    {
      text: 'Every node has exactly one FDB entry for each other peer',
      findings: facts.nodes.flatMap((node) => findFdbDifferences(node, facts)),
    },
    {
      text: 'Every node has exactly one route for each block of another peer',
      findings: facts.nodes.flatMap((node) => findRouteDifferences(node, facts)),
    },
    {
      text: 'Every kernel is as its peer wants it, and nothing drifted',
      findings: facts.nodes.flatMap(findKernelProblems),
    },
  ];
}

/** Judges who reaches whom. */
export function judgeReachability({ unreachable, targetsPerSource }: Reachability): Claim {
  const whom = targetsPerSource === undefined ? 'every other' : `${targetsPerSource} of the others`;
  return {
    text: `Every pod and every node reaches ${whom}`,
    findings: unreachable.map(
      ({ from, to, address }) => `${from} does not reach ${to} (${address})`,
    ),
  };
}

function findPeerProblems({ name, report }: NodeFacts, { nodes }: Facts): readonly string[] {
  const known = new Set(
    report.peers.filter((peer) => peer.reachable || peer.self).map((peer) => peer.name),
  );
  return [
    ...(report.peer.state === 'ready' ? [] : [`${name} is ${report.peer.state}`]),
    ...nodes
      .filter((node) => !known.has(node.name))
      .map((node) => `${name} does not know ${node.name}, or not as reachable`),
    ...(report.peers.length === nodes.length
      ? []
      : [`${name} knows ${report.peers.length} peers, not ${nodes.length}`]),
    ...report.problems.map((problem) => `${name}: ${problem}`),
  ];
}

function findMissingLinks({ name, report }: NodeFacts): readonly string[] {
  const linked = new Set(report.links.map(({ peer }) => peer));
  return report.peers
    .filter(({ id, linkWanted }) => linkWanted && !linked.has(id))
    .map((other) => `${name} wants a link to ${other.name} and has none`);
}

/** By the hash over all records: what differs is then found by their reports. */
function findDirectoryDifferences([first, ...others]: readonly NodeFacts[]): readonly string[] {
  if (first === undefined) return [];
  const expected = first.report.directory;
  return others
    .filter(({ report }) => report.directory.setHash !== expected.setHash)
    .map(({ name, report: { directory } }) => {
      const found = `${directory.records} with the hash ${directory.setHash}`;
      return `${name} has other records than ${first.name}: ${found}, not ${expected.records} with ${expected.setHash}`;
    });
}

function findPrivileges({ name, capabilities }: NodeFacts): readonly string[] {
  const { effective, permitted, bounding, ambient } = capabilities;
  const wanted = {
    effective: NET_ADMIN_ALONE,
    permitted: NET_ADMIN_ALONE,
    bounding: NET_ADMIN_ALONE,
    ambient: 0n,
  };
  const found = { effective, permitted, bounding, ambient };
  return (['effective', 'permitted', 'bounding', 'ambient'] as const)
    .filter((set) => found[set] !== wanted[set])
    .map(
      (set) =>
        `${name}: its ${set} capabilities are 0x${found[set].toString(16)}, not 0x${wanted[set].toString(16)}`,
    );
}

function findOverlaps(nodes: readonly NodeFacts[]): readonly string[] {
  const held = nodes.flatMap((node) =>
    holdingOf(node).map((block) => ({ node: node.name, ...block })),
  );
  return held.flatMap((a, index) =>
    held
      .slice(index + 1)
      .filter((b) => overlaps(a.cidr, b.cidr))
      .map((b) => `${a.text} of ${a.node} and ${b.text} of ${b.node} overlap`),
  );
}

function findDuplicates(pods: readonly PodFacts[]): readonly string[] {
  const owners = new Map<string, string>();
  const findings: string[] = [];
  for (const { name, addresses } of pods) {
    if (addresses.length === 0) findings.push(`${name} has no address`);
    for (const address of addresses) {
      const owner = owners.get(address);
      if (owner !== undefined) findings.push(`${owner} and ${name} both have ${address}`);
      owners.set(address, name);
    }
  }
  return findings;
}

function findStrayAddresses(pod: PodFacts, { nodes }: Facts): readonly string[] {
  const node = nodes.find(({ name }) => name === pod.node);
  const blocks = node === undefined ? [] : holdingOf(node);
  return pod.addresses
    .filter((address) => !blocks.some(({ cidr }) => containsAddress(cidr, parseAddress(address))))
    .map(
      (address) =>
        `${address} of ${pod.name} is not in the holding of ${pod.node} (${blocks.map((b) => b.text).join(' ')})`,
    );
}

function findFdbDifferences(node: NodeFacts, { nodes }: Facts): readonly string[] {
  const others = nodes.filter((other) => other !== node).map((other) => other.underlay);
  return findDifferences({ name: node.name, what: 'FDB entries', wanted: others, found: node.fdb });
}

function findRouteDifferences(node: NodeFacts, { nodes }: Facts): readonly string[] {
  const blocks = nodes
    .filter((other) => other !== node)
    .flatMap((other) => holdingOf(other).map((block) => block.text));
  return findDifferences({
    name: node.name,
    what: 'routes',
    wanted: blocks,
    found: node.tunnelRoutes,
  });
}

function findKernelProblems({ name, report: { kernel } }: NodeFacts): readonly string[] {
  return [
    ...(kernel.inSync ? [] : [`${name}: its kernel is not in sync`]),
    ...Object.entries(kernel.drift)
      .filter(([, times]) => times > 0)
      .map(([kind, times]) => `${name}: ${kind} drifted ${times} times`),
    ...kernel.failures.map((failure) => `${name}: the kernel refused: ${failure}`),
  ];
}

interface Comparison {
  readonly name: string;
  /** What is compared, in the plural. */
  readonly what: string;
  readonly wanted: readonly string[];
  readonly found: readonly string[];
}

/** Differences between two lists in which every value should be exactly once. */
function findDifferences({ name, what, wanted, found }: Comparison): readonly string[] {
  const values = [...new Set([...wanted, ...found])].sort();
  return values.flatMap((value) => {
    const count = found.filter((other) => other === value).length;
    if (!wanted.includes(value)) return [`${name} has ${what} for ${value}, which nobody wants`];
    return count === 1 ? [] : [`${name} has ${count} ${what} for ${value}, not one`];
  });
}

function holdingOf({
  report,
}: NodeFacts): readonly { readonly text: string; readonly cidr: Cidr }[] {
  return report.holdings.map(({ cidr }) => ({ text: cidr, cidr: parseCidr(cidr) }));
}
