/**
 * The network of a bench: the loopback device of a namespace of its own, so that its counters count
 * the bench alone, and a packet filter can take a host away as a cut cable does.
 */
import { readFileSync } from 'node:fs';
import type { Namespace } from '#test/support/namespace.ts';

/** A peer that is cut off hears and says nothing: no FIN, no RST, no ICMP. */
const CUT_RULES = `
table ip bench {
  set gone { type ipv4_addr; }
  chain input {
    type filter hook input priority 0;
    ip saddr @gone drop
    ip daddr @gone drop
  }
}`;

/** All bytes that went over the device since it is there, with their headers, each counted once. */
export function readSentBytes(namespace: Namespace): number {
  // Of this thread: /proc/net is that of the process, which stays outside.
  const devices = namespace.enter(() => readFileSync('/proc/thread-self/net/dev', 'utf8'));
  const counters = /^\s*lo:\s*(\d+)/m.exec(devices)?.[1];
  if (counters === undefined) throw new Error(`no loopback device in:\n${devices}`);
  return Number(counters);
}

/** To be called once, before hosts are cut off. */
export async function prepareCuts(namespace: Namespace): Promise<void> {
  await namespace.exec('nft', CUT_RULES);
}

/** From when this resolves, nothing gets through to or from the address. */
export async function cutOff(namespace: Namespace, address: string): Promise<void> {
  await namespace.exec('nft', 'add', 'element', 'ip', 'bench', 'gone', `{ ${address} }`);
}
