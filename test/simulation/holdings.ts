/**
 * Who holds what in a simulated world, kept up to date at each write: no address has two holders that
 * the arbiter has not removed. Of a peer that runs its memory counts, of others their disk; what was
 * on a lost disk stays taken until its identity is removed.
 */
import { type Cidr, bits, contains, formatCidr, isAligned } from '../../peer/ipam/cidr.ts';
import type { Durable } from '../../peer/ipam/durable.ts';
import type { Write } from '../../peer/ipam/writes.ts';
import type { PeerId } from '../../peer/mesh/peer-id.ts';
import { hold } from './violation.ts';

/** A range as a map's key: its first address and its length. */
type RangeKey = string;

export class Holdings {
  readonly #universe: readonly Cidr[];
  readonly #byHolder = new Map<PeerId, Map<RangeKey, Cidr>>();
  readonly #holders = new Map<RangeKey, PeerId>();
  /** How many held ranges lie inside of each range. */
  readonly #inside = new Map<RangeKey, number>();
  readonly #removed = new Set<PeerId>();

  constructor(universe: readonly Cidr[]) {
    this.#universe = universe;
  }

  /** The holder's memory after these writes. */
  write(holder: PeerId, writes: readonly Write[]): void {
    if (this.#removed.has(holder)) return;
    for (const write of writes) {
      if (write.type === 'hold-block') this.#add(holder, write.block.cidr);
      else if (write.type === 'drop-block') this.#drop(holder, write.cidr);
    }
  }

  /** The holder has just what is on its disk. */
  load(holder: PeerId, { custody }: Durable): void {
    if (this.#removed.has(holder)) return;
    for (const cidr of this.#of(holder).values()) this.#drop(holder, cidr);
    for (const { cidr } of custody.hold) this.#add(holder, cidr);
  }

  /** Whatever it may still hold is its own affair from now on. */
  remove(holder: PeerId): void {
    for (const cidr of this.#of(holder).values()) this.#drop(holder, cidr);
    this.#byHolder.delete(holder);
    this.#removed.add(holder);
  }

  #add(holder: PeerId, cidr: Cidr): void {
    const key = keyOf(cidr);
    const isInside = this.#universe.some((range) => contains(range, cidr));
    hold('I6', isInside && isAligned(cidr), () => `${holder} holds ${formatCidr(cidr)}`);
    const other = this.#above(cidr).find((range) => this.#holders.has(range));
    const within = this.#inside.get(key) ?? 0;
    hold('I1', other === undefined && within === 0, () => {
      const who = other === undefined ? 'parts of it are held' : this.#holders.get(other);
      return `${holder} holds ${formatCidr(cidr)}, and so does another: ${who}`;
    });
    this.#holders.set(key, holder);
    this.#of(holder).set(key, cidr);
    this.#count(cidr, 1);
  }

  #drop(holder: PeerId, cidr: Cidr): void {
    const key = keyOf(cidr);
    if (!this.#of(holder).delete(key)) return;
    this.#holders.delete(key);
    this.#count(cidr, -1);
  }

  #count(cidr: Cidr, by: 1 | -1): void {
    for (const key of this.#above(cidr)) this.#inside.set(key, (this.#inside.get(key) ?? 0) + by);
  }

  /** The range and all that contain it. */
  #above({ family, address, length }: Cidr): readonly RangeKey[] {
    const width = BigInt(bits(family));
    return Array.from({ length: length + 1 }, (_, prefix) => {
      const host = width - BigInt(prefix);
      return keyOf({ family, address: (address >> host) << host, length: prefix });
    });
  }

  #of(holder: PeerId): Map<RangeKey, Cidr> {
    const known = this.#byHolder.get(holder);
    if (known !== undefined) return known;
    const made = new Map<RangeKey, Cidr>();
    this.#byHolder.set(holder, made);
    return made;
  }
}

function keyOf({ family, address, length }: Cidr): RangeKey {
  return `${family} ${address} ${length}`;
}
