/** The command line of `npm run kubernetes`: text to a checked command. Prints and does nothing itself. */
import { parseArgs } from 'node:util';
import type { ClusterOptions, ProxyMode } from './plan.ts';

export type ClusterCommand =
  | { readonly type: 'up'; readonly options: ClusterOptions }
  | { readonly type: 'down' }
  | { readonly type: 'kubectl'; readonly parameters: readonly string[] }
  | { readonly type: 'logs'; readonly where: string; readonly component?: string }
  | { readonly type: 'help' };

/** The command line is wrong. The message says which word, and what would be right. */
export class ClusterUsageError extends Error {
  override readonly name = 'ClusterUsageError';
}

export const USAGE = `Usage: npm run kubernetes -- up [--nodes 3] [--proxy-mode iptables]
       npm run kubernetes -- down
       npm run kubernetes -- kubectl ARGUMENTS...
       npm run kubernetes -- logs NODE [COMPONENT]

A real Kubernetes of several nodes on this machine, each node with namespaces, containerd, kubelet and
kube-proxy of its own. It has no network for pods: apply one to have the nodes Ready.

  up                make the cluster; it stays when the command ends
  --nodes N         nodes, 1 to 20
  --proxy-mode M    of kube-proxy: iptables or nftables
  down              remove everything that any run of up left
  kubectl           kubectl as the cluster's admin
  logs              what kubelet, containerd, kube-proxy and init of a node printed; control-plane
                    is what etcd, API server, controller manager and scheduler did`;

/** A node takes about 250 MB. */
const NODES_MAX = 20;
const NODES_DEFAULT = '3';

/** Parses what follows `npm run kubernetes --`. Throws ClusterUsageError. */
export function parseClusterCommand(args: readonly string[]): ClusterCommand {
  const [verb, ...rest] = args;
  switch (verb) {
    case 'up':
      return parseUp(rest);
    case 'down':
      if (rest.length > 0) throw wrong(`down takes no arguments, but got "${rest.join(' ')}"`);
      return { type: 'down' };
    case 'kubectl':
      return { type: 'kubectl', parameters: rest };
    case 'logs':
      return parseLogs(rest);
    case '--help':
    case '-h':
    case 'help':
      return { type: 'help' };
    case undefined:
      throw wrong('what to do is missing');
    default:
      throw wrong(`"${verb}" is no command: expected up, down, kubectl or logs`);
  }
}

function parseUp(args: readonly string[]): ClusterCommand {
  const options = { nodes: { type: 'string' }, 'proxy-mode': { type: 'string' } } as const;
  const { values } = parseOptions(() => parseArgs({ args: [...args], options }));
  return {
    type: 'up',
    options: {
      nodes: parseNodes(values.nodes ?? NODES_DEFAULT),
      proxyMode: parseProxyMode(values['proxy-mode'] ?? 'iptables'),
    },
  };
}

function parseLogs([where, component, extra]: readonly string[]): ClusterCommand {
  if (where === undefined) throw wrong('logs needs the name of a node, such as node1');
  if (extra !== undefined) throw wrong(`"${extra}" is one word too many`);
  return { type: 'logs', where, ...(component === undefined ? {} : { component }) };
}

function parseNodes(text: string): number {
  const nodes = Number(text);
  if (/^\d+$/.test(text) && nodes >= 1 && nodes <= NODES_MAX) return nodes;
  throw wrong(`--nodes is "${text}": expected a number from 1 to ${NODES_MAX}`);
}

function parseProxyMode(text: string): ProxyMode {
  if (text === 'iptables' || text === 'nftables') return text;
  throw wrong(`--proxy-mode is "${text}": expected iptables or nftables`);
}

function parseOptions<Result>(parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error));
  }
}

function wrong(message: string): ClusterUsageError {
  return new ClusterUsageError(`${message}\n\n${USAGE}`);
}
