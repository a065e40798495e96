/**
 * What of ours is in the kernel of this host, to be taken away for good: by `weft reset`, when no
 * peer runs. A peer itself never removes its device or a running pod's interface.
 */
import { constants } from 'node:os';
import { type Leftover, type Leftovers } from '../leftover.ts';
import { kernelState, type OwnRoute } from '../overlay/kernel-state.ts';
import { ROUTE_PROTOCOL, VXLAN_DEVICE } from '../overlay/names.ts';
import { planChanges } from '../overlay/plan.ts';
import { RULESET_TABLE } from '../overlay/ruleset.ts';
import { hostSysctls } from '../overlay/sysctl-settings.ts';
import type { Kernel } from './kernel.ts';
import { deleteLink, dumpLinks, type Link, parseLink } from './netlink/link.ts';
import type { Netlink } from './netlink/socket.ts';
import { type Nftables, NftMissing } from './nftables.ts';
import { isOurs } from './observe.ts';
import type { Sysctls } from './sysctl.ts';

export interface LeftoverSources {
  readonly netlink: Netlink;
  readonly kernel: Kernel;
  readonly nftables: Nftables;
  readonly sysctls: Sysctls;
}

/** Rejects with NetlinkError or NftablesError. */
export async function findKernelLeftovers(sources: LeftoverSources): Promise<Leftovers> {
  const { netlink, kernel, nftables, sysctls } = sources;
  const links = netlink.dump(dumpLinks()).map(parseLink);
  const interfaces = links.filter((link) => link !== undefined).filter(isMadeByUs);
  const table = await findTable(nftables);
  return {
    ours: [
      ...interfaces.map(({ name }) => interfaceLeftover(name, netlink)),
      ...(findRoutes(kernel).length === 0 ? [] : [routesLeftover(kernel)]),
      ...table.ours,
    ],
    kept: [...table.kept, ...describeSysctls(sysctls)],
  };
}

function isMadeByUs({ name, kind }: Link): boolean {
  return isOurs(name) && kind === (name === VXLAN_DEVICE ? 'vxlan' : 'veth');
}

function interfaceLeftover(name: string, netlink: Netlink): Leftover {
  const meaning =
    name === VXLAN_DEVICE ? 'the tunnel, with all that is on it' : 'the network of a pod';
  return {
    what: `the interface ${name}: ${meaning}`,
    async remove() {
      const [reply] = netlink.exchange([deleteLink({ name })]);
      const error = reply?.error;
      if (error !== undefined && error.errno !== constants.errno.ENODEV) throw error;
    },
  };
}

function findRoutes(kernel: Kernel): readonly OwnRoute[] {
  return [...kernel.observe().values()].filter((object) => object.kind === 'route');
}

/** When it is their turn, those are left that did not go with an interface. */
function routesLeftover(kernel: Kernel): Leftover {
  return {
    what: `the routes of protocol ${ROUTE_PROTOCOL}, ${findRoutes(kernel).length} of them`,
    async remove() {
      const observed = kernelState(findRoutes(kernel));
      const plan = planChanges({ desired: kernelState([]), observed, settled: true });
      const failed = kernel.apply(plan).find(({ error }) => error !== undefined);
      if (failed !== undefined) throw new Error(`${failed.operation.key}: ${failed.error}`);
    },
  };
}

async function findTable(nftables: Nftables): Promise<Leftovers> {
  const { family, table } = RULESET_TABLE;
  const what = `the nftables table ${family} ${table}`;
  try {
    const isThere = (await nftables.read()).length > 0;
    return { ours: isThere ? [{ what, remove: () => nftables.replace([]) }] : [], kept: [] };
  } catch (error) {
    if (!(error instanceof NftMissing)) throw error;
    return {
      ours: [],
      kept: [`${what}, if it is there: nft is not installed, so nobody can tell`],
    };
  }
}

/** Whatever they were before, others may rely on them by now. */
function describeSysctls(sysctls: Sysctls): readonly string[] {
  return hostSysctls({ ipv6: true }).flatMap(({ name, value }) =>
    sysctls.read(name) === value ? [`the setting ${name} = ${value}: others may rely on it`] : [],
  );
}
