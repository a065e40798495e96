/**
 * A node for tests of the plugin: a host namespace, a peer's CNI service on it with a context in
 * memory, and calls of the real launcher as the runtime makes them. Needs root.
 */
import { join } from 'node:path';
import { type CniServer } from '../../peer/cni/server.ts';
import { startCniService } from '../../peer/cni/service.ts';
import type { Address } from '../../peer/ipam/cidr.ts';
import { parseAddress } from '../../peer/ipam/parse.ts';
import { openNetlink } from '../../peer/kernel/netlink/socket.ts';
import { createNamespace, type Namespace } from './namespace.ts';
import { MemoryContext } from './plugin-context.ts';
import {
  buildLauncher,
  createScratchDirectory,
  type LauncherCall,
  type LauncherOutcome,
  runLauncher,
} from './plugin-launcher.ts';

/** Addresses of the node itself, in documentation ranges (RFC 5737, RFC 3849). */
export const HOST_ADDRESSES = { 4: '198.51.100.1', 6: '2001:db8::1' } as const;

export const CONFIG = { cniVersion: '1.0.0', name: 'pods', type: 'weft' };

/** One call of the plugin. Fields of `environment` are put over those that a runtime sets. */
export interface Call {
  readonly command: string;
  readonly pod?: Pick<Namespace, 'path'>;
  readonly containerId?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly config?: object | string;
}

export interface TestNode extends AsyncDisposable {
  readonly host: Namespace;
  readonly context: MemoryContext;
  readonly queueDirectory: string;
  startPeer(): Promise<void>;
  stopPeer(): Promise<void>;
  /** What the launcher is started with. */
  prepare(call: Call): LauncherCall;
  call(call: Call): Promise<LauncherOutcome & { readonly document: Record<string, unknown> }>;
  /** Names of our veth ends on the host. */
  hostInterfaces(): Promise<readonly string[]>;
}

/** IPv4 and IPv6 addresses of the n-th attachment. */
function dualStack(n: number): readonly Address[] {
  return [parseAddress(`10.32.0.${n}`), parseAddress(`fd00:32::${n.toString(16)}`)];
}

/** A node whose peer runs already. */
export async function createTestNode({
  addressesOf = dualStack,
}: { readonly addressesOf?: (n: number) => readonly Address[] } = {}): Promise<TestNode> {
  await buildLauncher();
  const host = await createNamespace();
  const scratch = createScratchDirectory();
  const netlink = host.enter(openNetlink);
  const context = new MemoryContext({ addressesOf, host: netlink });
  const socketPath = join(scratch.path, 'run', 'cni.sock');
  const queueDirectory = join(scratch.path, 'queue');
  let server: CniServer | undefined;
  const node: TestNode = {
    host,
    context,
    queueDirectory,
    startPeer: async () => {
      server = await startCniService({ socketPath, queueDirectory, context });
    },
    stopPeer: async () => {
      await server?.close();
      server = undefined;
    },
    prepare: (call) => ({
      namespace: host.path,
      stdin: typeof call.config === 'string' ? call.config : JSON.stringify(call.config ?? CONFIG),
      environment: {
        ...runtimeEnvironment(call),
        WEFT_CNI_SOCKET: socketPath,
        WEFT_CNI_QUEUE: queueDirectory,
      },
    }),
    call: async (call) => {
      const outcome = await runLauncher(node.prepare(call));
      return { ...outcome, document: outcome.stdout === '' ? {} : JSON.parse(outcome.stdout) };
    },
    hostInterfaces: async () =>
      [...(await host.exec('ip', '-br', 'link')).matchAll(/^weft-[0-9a-f]{10}/gm)].map(String),
    [Symbol.asyncDispose]: async () => {
      await node.stopPeer();
      netlink.close();
      scratch[Symbol.dispose]();
      await host[Symbol.asyncDispose]();
    },
  };
  await addHostAddresses(host);
  await node.startPeer();
  return node;
}

function runtimeEnvironment({ command, pod, containerId = 'c1', environment = {} }: Call) {
  const all: Record<string, string> = {
    CNI_COMMAND: command,
    CNI_CONTAINERID: containerId,
    CNI_IFNAME: 'eth0',
    CNI_PATH: '/opt/cni/bin',
    ...(pod === undefined ? {} : { CNI_NETNS: pod.path }),
    ...environment,
  };
  return all;
}

async function addHostAddresses(host: Namespace): Promise<void> {
  await host.exec('ip', 'addr', 'add', `${HOST_ADDRESSES[4]}/32`, 'dev', 'lo');
  await host.exec('ip', 'addr', 'add', `${HOST_ADDRESSES[6]}/128`, 'dev', 'lo', 'nodad');
  await host.exec('sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1');
}
