/** What the nodes' components and the control plane printed, each into a file of its own. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { ClusterError } from './command.ts';
import { CLUSTER_DIRECTORY, logDirectory } from './plan.ts';

/** Enough to hold the reason for which a component ended. */
const SHOWN_LINES = 15;

export interface Log {
  /** Such as `kubelet`. */
  readonly component: string;
  readonly file: string;
}

/**
 * The logs of a node; those of the control plane are the first node's, and the `control-plane`'s. Throws
 * ClusterError if there is no such node or no such component.
 */
export async function findLogs(where: string, component?: string): Promise<readonly Log[]> {
  const places = where === 'node1' ? [where, 'control-plane'] : [where];
  const logs = (await Promise.all(places.map(listLogs))).flat();
  if (logs.length === 0) {
    const known = await readdir(`${CLUSTER_DIRECTORY}/logs`).catch(() => []);
    throw new ClusterError(`there is no log of "${where}": expected one of ${known.join(', ')}`);
  }
  const wanted = logs.filter((log) => component === undefined || log.component === component);
  if (wanted.length > 0) return wanted;
  const components = logs.map((log) => log.component).join(', ');
  throw new ClusterError(`${where} has no log of "${component}": expected one of ${components}`);
}

/** The last lines of a log, for an error's message. */
export async function describeLogEnd(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return [`The end of ${file}:`, ...text.trimEnd().split('\n').slice(-SHOWN_LINES)].join('\n');
}

async function listLogs(where: string): Promise<readonly Log[]> {
  const names = await readdir(logDirectory(where)).catch(() => []);
  return names
    .filter((name) => name.endsWith('.log'))
    .sort()
    .map((name) => ({
      component: path.basename(name, '.log'),
      file: `${logDirectory(where)}/${name}`,
    }));
}
