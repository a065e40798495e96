/** All of a namespace's kernel that the overlay consists of, as text: to be compared, not read. */
import { eventuallyTrue } from './eventually.ts';
import type { Namespace } from './namespace.ts';

const VIEWS: readonly (readonly string[])[] = [
  ['ip', '-o', 'link', 'show'],
  ['ip', '-d', '-o', 'link', 'show', 'type', 'vxlan'],
  ['ip', '-o', 'address', 'show'],
  ['ip', '-4', 'route', 'show', 'table', 'all'],
  ['ip', '-6', 'route', 'show', 'table', 'all'],
  ['ip', 'neigh', 'show', 'nud', 'permanent'],
  // All devices: one that is not there would be an error, and it is not our business here.
  ['bridge', 'fdb', 'show'],
  ['sysctl', '-a', '-r', '^net\\.ipv[46]\\.(conf\\.(all|weft).*(forwarding|rp_filter)|ip_forward)'],
];

/**
 * Links, addresses, routes, permanent neighbours and forwarding entries of the namespace, once the
 * kernel has done what it does by itself: for a second or two it looks for duplicates of its own
 * IPv6 addresses, and makes their routes after that.
 */
export async function readKernelText(namespace: Namespace): Promise<string> {
  await eventuallyTrue(
    'no IPv6 address is tentative',
    async () => (await namespace.exec('ip', '-6', 'address', 'show', 'tentative')) === '',
  );
  const texts: string[] = [];
  for (const [command = '', ...parameters] of VIEWS) {
    texts.push(`# ${[command, ...parameters].join(' ')}`);
    texts.push(await namespace.exec(command, ...parameters));
  }
  return texts.join('\n');
}
