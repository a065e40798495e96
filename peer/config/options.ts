/**
 * Every option of `weft peer`: its flag, its environment variables, what it means. The one table
 * that parsing, `weft peer --help` and docs/CONFIGURATION.md are made from.
 */

export interface Option {
  /** Without the dashes. The environment variable is WEFT_ and this in capitals. */
  readonly flag: string;
  /** What the value looks like, for people; a switch has none. */
  readonly value?: string;
  /** Names under which Weave Net's users know it; read when ours is not set. */
  readonly aliases?: readonly string[];
  /** As text, as if it had been given; undefined when there is none, or it is found out. */
  readonly default?: string;
  readonly meaning: string;
  /** Not to be given on a command line, where every user of the host can read it. */
  readonly environmentOnly?: boolean;
}

export const OPTIONS = [
  {
    flag: 'name',
    value: 'NAME',
    meaning: "this node's name, unique in the cluster; by default the host's name",
  },
  {
    flag: 'address',
    value: 'ADDRESS',
    meaning:
      "this node's underlay address, where other peers reach it; by default the source address of the default route",
  },
  {
    flag: 'control-port',
    value: 'PORT',
    default: '6783',
    meaning: 'TCP port for links; the same on every peer that has to be dialled without a record',
  },
  { flag: 'vxlan-port', value: 'PORT', default: '6784', meaning: 'UDP port for VXLAN' },
  {
    flag: 'vni',
    value: 'NUMBER',
    default: '6784',
    meaning: "VXLAN network identifier, the same on every peer for the cluster's life",
  },
  {
    flag: 'universe',
    value: 'RANGE[,RANGE]',
    aliases: ['IPALLOC_RANGE'],
    default: '10.32.0.0/12',
    meaning:
      "the whole address range, at most one of each family; the same on every peer for the cluster's life",
  },
  {
    flag: 'seeds',
    value: 'ADDRESS[:PORT],...',
    meaning:
      'the 1, 3, 5 or 7 peers that keep the registry, in the same order on every peer; without seeds the peer is alone',
  },
  {
    flag: 'new-seed',
    meaning:
      'this seed never ran before: it need not wait for all other seeds, a majority is enough; a single seed begins only so. For one first start; never after its disk was lost',
  },
  {
    flag: 'join',
    value: 'ADDRESS[:PORT],...',
    meaning: 'further peers to dial at the start; one that is reachable is enough',
  },
  {
    flag: 'cluster',
    value: 'NAME',
    default: 'weft',
    meaning: "the cluster's name, the same on every peer",
  },
  {
    flag: 'key-file',
    value: 'FILE',
    meaning: 'file with the cluster keys, one a line: the first is proved with, any is accepted',
  },
  {
    flag: 'password',
    value: 'TEXT',
    aliases: ['WEAVE_PASSWORD'],
    environmentOnly: true,
    meaning: 'the cluster key, in place of a file',
  },
  {
    flag: 'plain',
    meaning:
      'no cluster key: whoever reaches the control port is a member. Never outside a laboratory',
  },
  {
    flag: 'kubernetes',
    meaning:
      'this peer runs in a pod: its node, the cluster key, other peers and the registry come from the API server',
  },
  {
    flag: 'service-account-dir',
    value: 'DIRECTORY',
    default: '/var/run/secrets/kubernetes.io/serviceaccount',
    meaning: 'where token, CA and namespace for the API server lie',
  },
  {
    flag: 'options-dir',
    value: 'DIRECTORY',
    meaning:
      'a directory with one file for each option that is neither a flag nor in the environment, as a mounted ConfigMap has them',
  },
  {
    flag: 'mtu',
    value: 'BYTES',
    aliases: ['WEAVE_MTU'],
    default: '0',
    meaning: 'MTU of the overlay; 0 takes what the underlay leaves',
  },
  {
    flag: 'connection-limit',
    value: 'COUNT',
    aliases: ['CONN_LIMIT'],
    default: '24',
    meaning: 'links above which peers that are no neighbours are sent elsewhere',
  },
  {
    flag: 'state-dir',
    value: 'DIRECTORY',
    default: '/var/lib/weft',
    meaning: 'identity, holding and attachments; losing it costs the identity',
  },
  {
    flag: 'cni-socket',
    value: 'FILE',
    default: '/run/weft/cni.sock',
    meaning: 'unix socket that the CNI launcher connects to',
  },
  {
    flag: 'cni-queue',
    value: 'DIRECTORY',
    default: '/var/lib/cni/weft',
    meaning: 'where the launcher leaves DELs while the peer is down',
  },
  {
    flag: 'cni-results-dir',
    value: 'DIRECTORY',
    default: '/var/lib/cni/results',
    meaning:
      'where the container runtime keeps the results of ADDs: read when the state was lost, to know whose a running pod is',
  },
  {
    flag: 'cni-bin-dir',
    value: 'DIRECTORY',
    meaning: 'where the launcher is installed for the container runtime; by default it is not',
  },
  {
    flag: 'cni-conf-dir',
    value: 'DIRECTORY',
    meaning:
      'where the network configuration list is installed, once the peer serves; by default it is not',
  },
  {
    flag: 'no-masquerade',
    meaning: "pods' packets to the world outside the cluster keep their own addresses",
  },
  {
    flag: 'sysctl-dir',
    value: 'DIRECTORY',
    default: '/proc/sys',
    meaning:
      'where kernel settings are read and written; in a container its own /proc/sys is read-only',
  },
  {
    flag: 'http-address',
    value: 'ADDRESS:PORT|FILE,...',
    aliases: ['WEAVE_HTTP_ADDR'],
    default: '127.0.0.1:6784',
    meaning: 'where status and report are served; an absolute path is a unix socket',
  },
  {
    flag: 'log-level',
    value: 'LEVEL',
    default: 'info',
    meaning: 'fatal, error, warn, info, debug or trace',
  },
] as const satisfies readonly Option[];

export type OptionName = (typeof OPTIONS)[number]['flag'];

export function environmentName(flag: string): string {
  return `WEFT_${flag.toUpperCase().replaceAll('-', '_')}`;
}

/** The table of docs/CONFIGURATION.md, in Markdown. */
export function renderOptionsTable(): string {
  const rows = OPTIONS.map((option: Option) => {
    const flag =
      option.environmentOnly === true ? '' : `\`--${option.flag}${space(option.value)}\``;
    const names = [environmentName(option.flag), ...(option.aliases ?? [])];
    const environment = names.map((name) => `\`${name}\``).join(' ');
    const byDefault = option.default === undefined ? '' : `\`${option.default}\``;
    return `| ${flag.replaceAll('|', '\\|')} | ${environment} | ${byDefault} | ${option.meaning} |`;
  });
  return ['| flag | environment | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

/** The same for a terminal. */
export function renderOptionsHelp(): string {
  return OPTIONS.map((option: Option) => {
    const names = [environmentName(option.flag), ...(option.aliases ?? [])].join(', ');
    const flag = option.environmentOnly === true ? names : `--${option.flag}${space(option.value)}`;
    const byDefault = option.default === undefined ? '' : ` (default ${option.default})`;
    return `  ${flag}\n      ${option.meaning}${byDefault}\n      environment: ${names}`;
  }).join('\n');
}

function space(value: string | undefined): string {
  return value === undefined ? '' : ` ${value}`;
}
