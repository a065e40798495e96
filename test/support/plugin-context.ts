/**
 * A context for the plugin's handlers that keeps attachments in memory and hands addresses out one
 * after the other. With a netlink socket of a host namespace it keeps the host side right, as the
 * reconciler would; without, there is no kernel.
 */
import type { PluginContext } from '../../plugin/context.ts';
import { type Attachment, type AttachmentKey, attachmentKey } from '../../peer/ipam/attachment.ts';
import { type Address, hostRange } from '../../peer/ipam/cidr.ts';
import type { AllocateRequest } from '../../peer/ipam/outcomes.ts';
import { deleteLink, getLink, parseLink } from '../../peer/kernel/netlink/link.ts';
import { newNeighbour } from '../../peer/kernel/netlink/neighbour.ts';
import { replaceRoute } from '../../peer/kernel/netlink/route.ts';
import type { Netlink } from '../../peer/kernel/netlink/socket.ts';
import { ROUTE_PROTOCOL } from '../../peer/overlay/names.ts';

const ENODEV = 19;

export interface MemoryContextOptions {
  /** Addresses of the n-th attachment, counted from 1. */
  readonly addressesOf: (n: number) => readonly Address[];
  /** Of the host's namespace. */
  readonly host?: Netlink;
}

export class MemoryContext implements PluginContext {
  readonly attachments = new Map<string, Attachment>();
  readonly logged: string[] = [];
  notReady: string | undefined;
  /** Awaited by each allocation once it is made, and by each converge before it does anything. */
  afterAllocate: () => Promise<void> = () => Promise.resolve();
  beforeConverge: () => Promise<void> = () => Promise.resolve();
  readonly #options: MemoryContextOptions;
  #allocated = 0;

  constructor(options: MemoryContextOptions) {
    this.#options = options;
  }

  readonly log = {
    info: (_: object, message: string) => void this.logged.push(message),
    warn: (_: object, message: string) => void this.logged.push(message),
    error: (_: object, message: string) => void this.logged.push(message),
  };

  async allocate({ key, hostInterface, podMac, podName }: AllocateRequest): Promise<Attachment> {
    const known = this.find(key);
    if (known !== undefined) return known;
    const addresses = this.#options.addressesOf(++this.#allocated);
    const made = { ...key, addresses, hostInterface, podMac: podMac(addresses), podName };
    this.attachments.set(attachmentKey(key), made);
    await this.afterAllocate();
    return made;
  }

  find(key: AttachmentKey): Attachment | undefined {
    return this.attachments.get(attachmentKey(key));
  }

  release(key: AttachmentKey): Promise<void> {
    this.attachments.delete(attachmentKey(key));
    return Promise.resolve();
  }

  async converge(): Promise<void> {
    await this.beforeConverge();
    for (const attachment of this.attachments.values()) this.#convergeOne(attachment);
  }

  deleteHostInterface(name: string): Promise<void> {
    const [reply] = this.#options.host?.exchange([deleteLink({ name })]) ?? [];
    const error = reply?.error;
    return error === undefined || error.errno === ENODEV
      ? Promise.resolve()
      : Promise.reject(error);
  }

  readiness(): ReturnType<PluginContext['readiness']> {
    return this.notReady === undefined ? { ready: true } : { ready: false, reason: this.notReady };
  }

  podMtu(): number {
    return 1450;
  }

  #convergeOne({ addresses, hostInterface, podMac }: Attachment): void {
    const { host } = this.#options;
    if (host === undefined) return;
    const [found] = host.exchange([getLink({ name: hostInterface })]);
    const index = found?.messages.map(parseLink).find((link) => link !== undefined)?.index;
    if (index === undefined) return;
    const requests = addresses.flatMap((address) => [
      newNeighbour({ index, address, mac: podMac, permanent: true }),
      replaceRoute({
        destination: hostRange(address),
        type: 'unicast',
        protocol: ROUTE_PROTOCOL,
        scope: 'link',
        onlink: false,
        index,
      }),
    ]);
    for (const { error } of host.exchange(requests)) if (error !== undefined) throw error;
  }
}
