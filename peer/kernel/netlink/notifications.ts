/**
 * A netlink socket that hears of changes. It only answers "has something changed?": what it is
 * will be read from the kernel anyway. Node can't wait for a foreign descriptor, so it is asked.
 */
import { constants } from 'node:os';
import { type Message, NetlinkError, parseMessages } from './message.ts';
import { openRouteSocket, receiveBytes } from './socket.ts';
import * as libc from './system-calls.ts';

/** RTMGRP_LINK, _NEIGH, _IPV4_IFADDR, _IPV4_ROUTE, _IPV6_IFADDR, _IPV6_ROUTE. */
const GROUPS = 0x1 | 0x4 | 0x10 | 0x40 | 0x100 | 0x400;

/** One notification is one object: a link, the largest, takes about 2 KiB. */
const RECEIVE_BYTES_MAX = 16 * 1024;

/** Read at one look. Where more wait, something has surely changed, and the rest is for the next. */
const NOTIFICATIONS_PER_LOOK_MAX = 4096;

export interface Notifications {
  /** Reads all that waits; true if any of it `concerns` us, or if some were lost. */
  hasNews(concerns: (message: Message) => boolean): boolean;
  close(): void;
}

/** Listens in the process' network namespace from now on. Throws NetlinkError. */
export function openNotifications(): Notifications {
  const socketFd = openRouteSocket({ groups: GROUPS });
  const buffer = new Uint8Array(RECEIVE_BYTES_MAX);
  return {
    hasNews: (concerns) => readAll(() => receiveBytes(socketFd, buffer), concerns),
    close: () => void libc.close(socketFd),
  };
}

function readAll(
  receive: () => Uint8Array | undefined,
  concerns: (message: Message) => boolean,
): boolean {
  let isNews = false;
  for (let i = 0; i < NOTIFICATIONS_PER_LOOK_MAX; i++) {
    try {
      const bytes = receive();
      if (bytes === undefined) return isNews;
      isNews ||= parseMessages(bytes).some(concerns);
    } catch (error) {
      // The socket overflowed: what was lost may have been ours.
      if (!(error instanceof NetlinkError) || error.errno !== constants.errno.ENOBUFS) throw error;
      isNews = true;
    }
  }
  return true;
}
