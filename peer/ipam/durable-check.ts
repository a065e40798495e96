/**
 * Whether durable state can be what a peer wrote: read back from a medium that we don't trust, and
 * checked before anything is asserted about it.
 */
import type { Address, Cidr } from './cidr.ts';
import { compareCidrs, containsAddress, formatAddress, formatCidr, overlaps } from './cidr.ts';
import type { Durable } from './durable.ts';

/** The first contradiction as a sentence; undefined when there is none. */
export function describeDamage(durable: Durable): string | undefined {
  const { hold, pending, counterparties } = durable.custody;
  const held = hold.map(({ cidr }) => cidr);
  if (durable.custody.registeredRev === 0n && held.length > 0) {
    return 'an identity that was never registered holds blocks';
  }
  const overlap = findOverlap([...held, ...pending.map(({ block }) => block.cidr)]);
  if (overlap !== undefined) return `${overlap.map(formatCidr).join(' and ')} overlap`;
  const counted = new Map(counterparties.map((entry) => [entry.peer, entry.granted]));
  const uncounted = pending.find(({ to, n }) => n > (counted.get(to) ?? 0));
  if (uncounted !== undefined) return `grant ${uncounted.n} to ${uncounted.to} is not counted`;
  return describeAddresses(durable, held);
}

/** The addresses of an attachment need not be held: it may be carried over from a lost state. */
function describeAddresses(
  { vtep, attachments }: Durable,
  held: readonly Cidr[],
): string | undefined {
  const seen = new Set<string>();
  for (const address of [...vtep, ...attachments.flatMap(({ addresses }) => addresses)]) {
    const text = formatAddress(address);
    if (seen.has(text)) return `${text} is in use twice`;
    seen.add(text);
  }
  const outside = vtep.find((address) => !isHeld(address, held));
  return outside === undefined ? undefined : `${formatAddress(outside)} is in use but not held`;
}

function isHeld(address: Address, held: readonly Cidr[]): boolean {
  return held.some((range) => containsAddress(range, address));
}

function findOverlap(cidrs: readonly Cidr[]): readonly [Cidr, Cidr] | undefined {
  const sorted = [...cidrs].sort(compareCidrs);
  for (const [i, cidr] of sorted.entries()) {
    const next = sorted[i + 1];
    if (next !== undefined && overlaps(cidr, next)) return [cidr, next];
  }
  return undefined;
}
