/** Which notifications of the kernel are about what is ours, and not our own doing. */
import { ROUTE_PROTOCOL } from '../overlay/names.ts';
import { parseInterfaceAddress } from './netlink/address.ts';
import { parseLink } from './netlink/link.ts';
import type { Message } from './netlink/message.ts';
import { isNeighbourMessage, neighbourIndex } from './netlink/neighbour.ts';
import { parseRoute } from './netlink/route.ts';
import { isOurs } from './observe.ts';

export interface Ours {
  /** The netlink port of our own requests. */
  readonly port: number;
  /** Indices of our interfaces. */
  readonly indices: ReadonlySet<number>;
}

export function concernsUs(message: Message, { port, indices }: Ours): boolean {
  if (message.port === port) return false;
  if (isNeighbourMessage(message)) return indices.has(neighbourIndex(message));
  const link = parseLink(message);
  if (link !== undefined) return isOurs(link.name) || indices.has(link.index);
  const address = parseInterfaceAddress(message);
  if (address !== undefined) return indices.has(address.index);
  return parseRoute(message)?.protocol === ROUTE_PROTOCOL;
}
