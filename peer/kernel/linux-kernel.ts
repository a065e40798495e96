/**
 * The kernel port on the real kernel: netlink and sysctl files of the process' network namespace.
 * Observing and applying are synchronous; who has much to apply does it in portions.
 */
import { constants } from 'node:os';
import { assert } from '../assert.ts';
import { VXLAN_DEVICE } from '../overlay/names.ts';
import type { KernelObject } from '../overlay/kernel-state.ts';
import type { Operation } from '../overlay/plan.ts';
import type { Kernel, OperationResult } from './kernel.ts';
import { concernsUs } from './concerns.ts';
import { getLink, parseLink } from './netlink/link.ts';
import type { NetlinkError } from './netlink/message.ts';
import { type Notifications, openNotifications } from './netlink/notifications.ts';
import { type Netlink, openNetlink } from './netlink/socket.ts';
import { isOurs, observeKernel } from './observe.ts';
import { NoInterfaceError, type Step, stepsFor } from './operation-requests.ts';
import { SYSCTL_DIRECTORY, sysctlsIn, type Sysctls } from './sysctl.ts';

export interface LinuxKernelParts {
  readonly netlink: Netlink;
  readonly notifications: Notifications;
  readonly sysctls: Sysctls;
}

interface Prepared {
  readonly operation: Operation;
  readonly steps: readonly Step[];
  /** Why it can't be sent at all. */
  readonly error: string | undefined;
}

/** Opens the kernel of the process' network namespace. Throws NetlinkError. */
export function openLinuxKernel({ sysctlDirectory = SYSCTL_DIRECTORY } = {}): Kernel {
  const [netlink, notifications] = [openNetlink(), openNotifications()];
  return new LinuxKernel({ netlink, notifications, sysctls: sysctlsIn(sysctlDirectory) });
}

/** Made of its parts, so that a test can take them from another namespace. */
export class LinuxKernel implements Kernel {
  readonly #parts: LinuxKernelParts;
  #indices = new Map<string, number>();

  constructor(parts: LinuxKernelParts) {
    this.#parts = parts;
  }

  observe(): ReturnType<Kernel['observe']> {
    const { state, links } = observeKernel(this.#parts.netlink, this.#parts.sysctls);
    this.#indices = new Map(links.map(({ name, index }) => [name, index]));
    return state;
  }

  apply(operations: readonly Operation[]): readonly OperationResult[] {
    return splitByCarrier(operations).flatMap((portion) => {
      const kind = portion[0]?.kind;
      if (kind === 'sysctl') return portion.map((operation) => this.#writeSysctl(operation));
      const results = this.#send(portion);
      if (kind === 'device') this.#findTunnel();
      return results;
    });
  }

  changed(): boolean {
    const { netlink, notifications } = this.#parts;
    const ours = [...this.#indices].filter(([name]) => isOurs(name));
    const indices = new Set(ours.map(([, index]) => index));
    return notifications.hasNews((message) => concernsUs(message, { port: netlink.port, indices }));
  }

  close(): void {
    this.#parts.netlink.close();
    this.#parts.notifications.close();
  }

  #send(operations: readonly Operation[]): readonly OperationResult[] {
    const prepared = operations.map((operation) => this.#prepare(operation));
    const requests = prepared.flatMap(({ steps }) => steps.map(({ request }) => request));
    const replies = this.#parts.netlink.exchange(requests).values();
    return prepared.map(({ operation, steps, error }) => {
      const errors = steps.map((step) => seriousError(step, replies.next().value?.error));
      const first = errors.find((it) => it !== undefined);
      return { operation, error: error ?? (first && explain(first, operation)) };
    });
  }

  #prepare(operation: Operation): Prepared {
    try {
      const steps = stepsFor(operation, (name) => this.#indices.get(name));
      return { operation, steps, error: undefined };
    } catch (error) {
      if (!(error instanceof NoInterfaceError)) throw error;
      return { operation, steps: [], error: error.message };
    }
  }

  #writeSysctl(operation: Operation): OperationResult {
    const object = targetOf(operation);
    assert(object.kind === 'sysctl', `${operation.key} is no sysctl`);
    if (object.device !== undefined && !this.#indices.has(object.device)) {
      return { operation, error: new NoInterfaceError(object.device).message };
    }
    try {
      this.#parts.sysctls.write(object.name, object.value);
      return { operation, error: undefined };
    } catch (error) {
      return { operation, error: error instanceof Error ? error.message : String(error) };
    }
  }

  /** A new device has a new index. */
  #findTunnel(): void {
    const [reply] = this.#parts.netlink.exchange([getLink({ name: VXLAN_DEVICE })]);
    const link = reply?.messages.map(parseLink)[0];
    if (link === undefined) this.#indices.delete(VXLAN_DEVICE);
    else this.#indices.set(VXLAN_DEVICE, link.index);
  }
}

/** Consecutive operations that go the same way; a device alone, for its index is needed after. */
function splitByCarrier(operations: readonly Operation[]): readonly (readonly Operation[])[] {
  const portions: Operation[][] = [];
  for (const operation of operations) {
    const last = portions.at(-1);
    if (last?.[0] && carrierOf(last[0]) === carrierOf(operation)) last.push(operation);
    else portions.push([operation]);
  }
  return portions;
}

function carrierOf({ kind }: Operation): string {
  return kind === 'device' || kind === 'sysctl' ? kind : 'netlink';
}

function seriousError({ harmless }: Step, error?: NetlinkError): NetlinkError | undefined {
  return error === undefined || harmless.includes(error.errno) ? undefined : error;
}

function explain(error: NetlinkError, operation: Operation): string {
  if (operation.kind !== 'route' || error.errno !== constants.errno.EEXIST) return error.message;
  return `${error.message}: a route that is not ours has this destination and metric; remove it`;
}

function targetOf(operation: Operation): KernelObject {
  return operation.action === 'remove' ? operation.before : operation.object;
}
