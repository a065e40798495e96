/** The page that a run of the lab ends in, for somebody who sees Weft for the first time. */
import { renderTable } from '../cli/table.ts';
import { VXLAN_DEVICE } from '../overlay/names.ts';
import type { Claim } from './claims.ts';
import { renderMatrix } from './matrix.ts';
import { LAB_DIRECTORY, LAN_NAMESPACE, type LabPlan, RESULT_FILE } from './plan.ts';
import type { LabResult, Throughput } from './result.ts';
import { LAN_BRIDGE } from './underlay.ts';

/** Rows of pods that are listed one by one; the rest is in the JSON. */
const PODS_SHOWN_MAX = 30;
/** Blocks of a holding that fit beside the node's addresses. */
const BLOCKS_SHOWN_MAX = 2;
/** Findings shown under a claim that does not hold. */
const FINDINGS_SHOWN_MAX = 10;

/** Renders the whole page. Ends without a newline. */
export function renderPage(result: LabResult): string {
  return [
    section(
      'Nodes: each a namespace with a peer; what it holds, and how many links that it wants are up',
      renderNodes(result),
    ),
    section('Pods: each a network namespace, attached through CNI by its node', renderPods(result)),
    section('Who reaches whom (+ reaches, X does not)', renderMatrix(result.reachability)),
    section('TCP throughput, one stream', renderThroughput(result.throughput)),
    section('What was proven', result.claims.map(renderClaim).join('\n')),
    renderTimes(result),
  ].join('\n\n');
}

/** Renders the commands to try next, for a lab that stays up. */
export function renderNextSteps({ pods, nodes }: LabResult, plan: LabPlan): string {
  const [firstPod, lastPod] = [pods[0], pods.at(-1)];
  const [node, pod] = [plan.nodes[0], plan.pods[0]];
  if (firstPod === undefined || lastPod === undefined || node === undefined || pod === undefined)
    return '';
  const inNode = `ip netns exec ${node.namespace}`;
  const capture = `ip netns exec ${LAN_NAMESPACE} tcpdump -ni ${LAN_BRIDGE}`;
  const steps = [
    ['A pod pings a pod', `ip netns exec ${pod.namespace} ping ${lastPod.addresses[0]}`],
    ['What a peer says', `${inNode} node_modules/.bin/node peer/main.ts status`],
    ['Who has which addresses', `${inNode} node_modules/.bin/node peer/main.ts ipam`],
    ['Where a node sends tunnel packets', `${inNode} bridge fdb show dev ${VXLAN_DEVICE}`],
    [
      'Which blocks it reaches that way',
      `${inNode} ip${plan.family === 6 ? ' -6' : ''} route show dev ${VXLAN_DEVICE}`,
    ],
    // tcpdump knows VXLAN by its own port only, and takes ours for BFD unless told.
    ["The pods' traffic between nodes", `${capture} -T vxlan 'udp port 6784'`],
    ['What the peers say to each other', `${capture} 'tcp port 6783'`],
    ['Kill a peer: pings go on', `kill -9 $(cat ${node.pidFile})`],
    ['Start it again', `${node.startFile} &`],
    ['Its log', `tail -f ${node.logFile}`],
    ['Remove the lab', 'npm run lab -- down'],
  ];
  const title =
    nodes.length > 1
      ? 'Try next, as root in another terminal'
      : 'Try next (more nodes show more), as root in another terminal';
  return section(title, steps.map(([what, command]) => `# ${what}\n${command}`).join('\n'));
}

function section(title: string, body: string): string {
  return `${title}\n${body
    .split('\n')
    .map((line) => `  ${line}`.trimEnd())
    .join('\n')}`;
}

function renderNodes({ nodes, pods }: LabResult): string {
  const rows = nodes.map((node) => [
    node.name,
    node.underlay,
    node.overlay.join(' ') || '-',
    summarizeHolding(node.holdings),
    `${node.links.wantedUp} of ${node.links.wanted}`,
    String(pods.filter((pod) => pod.node === node.name).length),
  ]);
  return renderTable(['node', 'underlay', 'overlay', 'holding', 'links', 'pods'], rows);
}

/** Holdings grow to many blocks as they are handed on: a few tell what they look like. */
function summarizeHolding(blocks: readonly string[]): string {
  const more = blocks.length - BLOCKS_SHOWN_MAX;
  const shown = blocks.slice(0, BLOCKS_SHOWN_MAX).join(' ');
  return more > 0 ? `${shown} and ${more} more` : shown || '-';
}

function renderPods({ pods }: LabResult): string {
  const rows = pods
    .slice(0, PODS_SHOWN_MAX)
    .map((pod) => [pod.name, pod.node, pod.addresses.join(' ')]);
  const table = renderTable(['pod', 'node', 'address'], rows);
  const more = pods.length - PODS_SHOWN_MAX;
  return more > 0 ? `${table}\n... and ${more} more in ${RESULT_FILE}` : table;
}

function renderThroughput(throughput: Throughput | undefined): string {
  if (throughput === undefined) return 'not measured: it takes two nodes';
  const { hostBitsPerSecond, overlayBitsPerSecond } = throughput;
  const ratio = (100 * overlayBitsPerSecond) / hostBitsPerSecond;
  return renderTable(
    ['between', 'gbit/s', 'share'],
    [
      ['two nodes, without the overlay', formatGigabits(hostBitsPerSecond), '100 %'],
      [
        'two pods on them, through the tunnel',
        formatGigabits(overlayBitsPerSecond),
        `${ratio.toFixed(0)} %`,
      ],
    ],
  );
}

function formatGigabits(bitsPerSecond: number): string {
  return (bitsPerSecond / 1e9).toFixed(2);
}

function renderClaim({ text, findings }: Claim): string {
  if (findings.length === 0) return `[ok]   ${text}`;
  const shown = findings.slice(0, FINDINGS_SHOWN_MAX).map((finding) => `       ${finding}`);
  const more = findings.length - shown.length;
  return [`[FAIL] ${text}`, ...shown, ...(more > 0 ? [`       ... and ${more} more`] : [])].join(
    '\n',
  );
}

function renderTimes({ upMs, provenMs, holds, nodes }: LabResult): string {
  const proven = `Up after ${formatSeconds(upMs)}, proven after ${formatSeconds(provenMs)}.`;
  const bytes = nodes.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  const times = `${proven} The peers take ${Math.round(bytes / 1e6)} MB of memory.`;
  return holds
    ? `${times} Everything claimed holds.`
    : `${times} NOT everything claimed holds: see [FAIL] above, and the logs in ${LAB_DIRECTORY}.`;
}

function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
