/**
 * The addresses in use on this node: attachments and the peer's own VTEP, out of one allocator a
 * family. Knows what is held only as ranges; who gave them is custody's. An attachment that was
 * carried over from a lost state may have addresses that are not held: nobody else is given them,
 * and they are as any other once a block around them is held.
 */
import { assert } from '../assert.ts';
import { Allocator, type RangeUse } from './allocator.ts';
import { type Attachment, type AttachmentKey, attachmentKey, foundKey } from './attachment.ts';
import { type Address, type Cidr, type Family, formatCidr, overlaps } from './cidr.ts';
import type { Durable } from './durable.ts';
import type { AllocateOutcome, AllocateRequest, ReleaseOutcome, VtepOutcome } from './outcomes.ts';

/**
 * Attachments on one node. Far above what a kubelet runs (110 pods unless told otherwise); only an
 * IPv6 universe could ever go past it.
 */
export const ATTACHMENTS_MAX = 65_536;

const FULL: AllocateOutcome = {
  type: 'exhausted',
  reason: `this node has ${ATTACHMENTS_MAX} attachments, the most that a peer keeps: remove some`,
  bound: 'too-many-attachments',
};

export interface AddressesOptions {
  readonly universe: readonly Cidr[];
  readonly held: readonly Cidr[];
  readonly durable: Durable;
  readonly now: number;
}

export class Addresses {
  /** IPv4 first. */
  readonly #allocators: ReadonlyMap<Family, Allocator>;
  readonly #attachments: Map<string, Attachment>;
  #vtep: readonly Address[];

  constructor(options: AddressesOptions) {
    const { attachments, vtep } = options.durable;
    const universe = [...options.universe].sort((a, b) => a.family - b.family);
    const allocators = universe.map((range) => createAllocator(range, options));
    this.#allocators = new Map(universe.map(({ family }, i) => [family, at(allocators, i)]));
    assert(this.#allocators.size === universe.length, 'the universe has two ranges of one family');
    this.#attachments = new Map(attachments.map((entry) => [attachmentKey(entry), entry]));
    this.#vtep = vtep;
  }

  setHeld(held: readonly Cidr[]): void {
    for (const [family, allocator] of this.#allocators) {
      allocator.setHeld(held.filter((range) => range.family === family));
    }
  }

  /** One address of each family of the universe, or none. */
  allocate(now: number, request: AllocateRequest): AllocateOutcome {
    const { key, hostInterface, podMac, podName } = request;
    const existing = this.find(key);
    if (existing !== undefined) return { type: 'exists', attachment: existing };
    const found = this.find(foundKey(hostInterface));
    if (found !== undefined) return this.#name(found, request);
    if (this.#attachments.size >= ATTACHMENTS_MAX) return FULL;
    const reason = this.#shortage();
    if (reason !== undefined) return { type: 'exhausted', reason, bound: undefined };
    const addresses = [...this.#allocators].map(([family, allocator]) => {
      return { family, value: takeFree(allocator, now) };
    });
    const attachment = { ...key, addresses, hostInterface, podMac: podMac(addresses), podName };
    this.#attachments.set(attachmentKey(key), attachment);
    return { type: 'allocated', attachment, writes: [{ type: 'add-attachment', attachment }] };
  }

  /** The attachment was found by its interface, and now there is who knows whose it is. */
  #name(found: Attachment, { key, podName }: AllocateRequest): AllocateOutcome {
    const attachment = { ...found, ...key, podName };
    const nameless = foundKey(found.hostInterface);
    this.#attachments.delete(attachmentKey(nameless));
    this.#attachments.set(attachmentKey(key), attachment);
    const writes = [
      { type: 'remove-attachment', key: nameless },
      { type: 'add-attachment', attachment },
    ] as const;
    return { type: 'allocated', attachment, writes };
  }

  /** Takes an address of each family that has one free and whose VTEP has none yet. */
  allocateVtep(now: number): VtepOutcome {
    const missing = [...this.#allocators].filter(
      ([family, allocator]) =>
        allocator.freeCount() > 0n && this.#vtep.every((address) => address.family !== family),
    );
    const taken = missing.map(([family, allocator]) => {
      return { family, value: takeFree(allocator, now) };
    });
    this.#vtep = [...this.#vtep, ...taken].sort((a, b) => a.family - b.family);
    const writes = taken.map((address) => ({ type: 'add-vtep', address }) as const);
    return { addresses: this.#vtep, writes };
  }

  release(now: number, key: AttachmentKey): ReleaseOutcome {
    const attachment = this.find(key);
    if (attachment === undefined) return { type: 'absent' };
    for (const { family, value } of attachment.addresses)
      this.#allocator(family).release(value, now);
    this.#attachments.delete(attachmentKey(key));
    return { type: 'released', attachment, writes: [{ type: 'remove-attachment', key }] };
  }

  find(key: AttachmentKey): Attachment | undefined {
    return this.#attachments.get(attachmentKey(key));
  }

  attachments(): readonly Attachment[] {
    return [...this.#attachments.values()];
  }

  /** Attachments with an address that lies in no block of ours, as those of a lost state have. */
  carriedOver(): readonly Attachment[] {
    if (this.usedOutside().length === 0) return [];
    return this.attachments().filter(({ addresses }) =>
      addresses.some(({ family, value }) => !this.#allocator(family).isHeld(value)),
    );
  }

  /** Addresses in use that are not in what is held. */
  usedOutside(): readonly Address[] {
    return [...this.#allocators].flatMap(([family, allocator]) =>
      allocator.usedOutside().map((value) => ({ family, value })),
    );
  }

  isUsed({ family, value }: Address): boolean {
    return this.#allocator(family).isUsed(value);
  }

  vtep(): readonly Address[] {
    return this.#vtep;
  }

  /** 0 for a family that the universe doesn't have. */
  freeCount(family: Family): bigint {
    return this.#allocators.get(family)?.freeCount() ?? 0n;
  }

  heldCount(family: Family): bigint {
    return this.#allocators.get(family)?.heldCount() ?? 0n;
  }

  /** Addresses of the family that may not be granted away, ascending. */
  taken(family: Family, now: number): readonly bigint[] {
    return this.#allocator(family).taken(now);
  }

  /** Sorted by family and address. */
  ranges(): readonly RangeUse[] {
    return [...this.#allocators.values()].flatMap((allocator) => allocator.ranges());
  }

  /** Why an attachment can't be made now, with what will help; undefined when it can. */
  #shortage(): string | undefined {
    for (const [family, allocator] of this.#allocators) {
      if (allocator.freeCount() > 0n) continue;
      const ranges = allocator.ranges().map(({ range }) => formatCidr(range));
      if (ranges.length === 0) return `this peer holds no IPv${family} addresses yet: try again`;
      const used = `all ${allocator.usedCount()} IPv${family} addresses of ${ranges.join(', ')}`;
      return `${used} are in use: try again when another peer has granted more, or remove pods`;
    }
    return undefined;
  }

  #allocator(family: Family): Allocator {
    const allocator = this.#allocators.get(family);
    assert(allocator !== undefined, `the universe has no IPv${family} range`);
    return allocator;
  }
}

function createAllocator(universe: Cidr, { held, durable, now }: AddressesOptions): Allocator {
  const inUse = [...durable.vtep, ...durable.attachments.flatMap(({ addresses }) => addresses)];
  const valuesOf = (addresses: readonly Address[]) =>
    addresses.filter(({ family }) => family === universe.family).map(({ value }) => value);
  return new Allocator({
    universe,
    held: held.filter((range) => overlaps(universe, range)),
    used: valuesOf(inUse),
    resting: valuesOf(durable.resting),
    now,
  });
}

function takeFree(allocator: Allocator, now: number): bigint {
  const value = allocator.take(now);
  assert(value !== undefined, 'an allocator counts free addresses but has none');
  return value;
}

function at(allocators: readonly Allocator[], index: number): Allocator {
  const allocator = allocators[index];
  assert(allocator !== undefined, `no allocator ${index}`);
  return allocator;
}
