/**
 * Everything that `weft reset` takes away, in its order: first what makes the runtime ask us for
 * pods, then the kernel's, and the state last, so that a reset that was broken off can be repeated.
 */
import { findConflist, findLauncher, findQueue, findSocket } from '../cni/leftovers.ts';
import { controlSocketPath } from '../control/control-server.ts';
import { findKernelLeftovers } from '../kernel/leftovers.ts';
import { openLinuxKernel } from '../kernel/linux-kernel.ts';
import { openNetlink } from '../kernel/netlink/socket.ts';
import { openNftables } from '../kernel/nftables.ts';
import { sysctlsIn } from '../kernel/sysctl.ts';
import { joinLeftovers, type Leftovers } from '../leftover.ts';
import { findState } from '../store/leftovers.ts';

/** Where a peer of this node was told to have its things. */
export interface ResetPlaces {
  readonly stateDirectory: string;
  readonly cniSocket: string;
  readonly cniQueue: string;
  readonly cniBinDirectory: string | undefined;
  readonly cniConfDirectory: string | undefined;
  readonly sysctlDirectory: string;
}

/** Dispose of it when all is removed. Rejects when the kernel or a directory can't be read. */
export async function findLeftovers(places: ResetPlaces): Promise<Leftovers & Disposable> {
  using opened = new DisposableStack();
  const { sysctlDirectory, cniBinDirectory: bin, cniConfDirectory: conf } = places;
  const kernel = opened.adopt(openLinuxKernel({ sysctlDirectory }), (it) => it.close());
  const netlink = opened.adopt(openNetlink(), (it) => it.close());
  const sysctls = sysctlsIn(sysctlDirectory);
  const found = joinLeftovers([
    ...(conf === undefined ? [] : [await findConflist(conf)]),
    ...(bin === undefined ? [] : [await findLauncher(bin)]),
    await findKernelLeftovers({ netlink, kernel, nftables: openNftables(), sysctls }),
    await findQueue(places.cniQueue),
    await findSocket(places.cniSocket),
    await findSocket(controlSocketPath(places.cniSocket)),
    await findState(places.stateDirectory),
  ]);
  const open = opened.move();
  return { ...found, [Symbol.dispose]: () => open.dispose() };
}
