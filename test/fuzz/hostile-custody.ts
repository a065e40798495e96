/** What a hostile member may claim of ownership: anything at all, and gifts that nobody asked for. */
import type { Block, Custody, PendingGrant } from '#peer/ipam/custody-state.ts';
import { type Address, type Family, bits } from '#peer/ipam/cidr.ts';
import {
  BLOCKS_MAX,
  CARRIED_OVER_MAX,
  COUNTERPARTIES_MAX,
  PENDING_GRANTS_MAX,
} from '#peer/ipam/limits.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import type { Dice } from './dice.ts';

/** Counters begin anywhere up to here: the victim takes the next one after those it has. */
const GIFTS_BEFORE_MAX = 200;
/** The universe of the victim, 10.32.0.0/16. */
const UNIVERSE_FIRST = 0x0a20_0000;
const UNIVERSE_SIZE = 0x1_0000;

export interface Others {
  readonly victim: PeerId;
  /** Draws a peer that the victim knows, or not. */
  readonly peer: () => PeerId;
}

export class HostileCustody {
  readonly #dice: Dice;
  readonly #others: Others;

  constructor(dice: Dice, others: Others) {
    this.#dice = dice;
    this.#others = others;
  }

  next(): Custody {
    const dice = this.#dice;
    const counterparty = () => ({
      peer: this.#toWhom(),
      granted: dice.number32(),
      cleared: dice.number32(),
      accepted: dice.number32(),
    });
    return {
      hold: dice.fill(BLOCKS_MAX, () => this.#block()),
      pending: dice.chance(0.3)
        ? this.#gifts()
        : dice.fill(PENDING_GRANTS_MAX, () => this.#grant()),
      counterparties: dice.fill(COUNTERPARTIES_MAX, counterparty),
      viewRev: BigInt(dice.number()),
      viewHash: BigInt(dice.number()),
      historyMark: BigInt(dice.number()),
      registeredRev: BigInt(dice.pick([0, 1, 2, 3, 4, dice.number()])),
      freeLog2: { v4: dice.number32(), v6: dice.number32() },
      carriedOver: dice.fill(CARRIED_OVER_MAX, () => this.address()),
    };
  }

  address(): Address {
    const dice = this.#dice;
    const family: Family = dice.chance(0.8) ? 4 : 6;
    const inside = UNIVERSE_FIRST + dice.below(UNIVERSE_SIZE);
    if (family === 4) return { family, value: BigInt(dice.chance(0.9) ? inside : dice.number32()) };
    return { family, value: BigInt(`0x${dice.bytes(16).toHex()}`) };
  }

  #grant(): PendingGrant {
    return { block: this.#block(), to: this.#toWhom(), n: this.#dice.below(6) };
  }

  /** Small blocks in a row, with counters in a row, to the victim. */
  #gifts(): readonly PendingGrant[] {
    const dice = this.#dice;
    const [length, first] = [dice.pick([26, 27, 28, 28, 28, 32]), 1 + dice.below(GIFTS_BEFORE_MAX)];
    const apart = dice.pick([1, 2]) * 2 ** (32 - length);
    const from = Math.floor(dice.below(UNIVERSE_SIZE) / apart) * apart;
    const term = dice.pick([2, 2, 2, dice.number32()]);
    return Array.from({ length: dice.below(PENDING_GRANTS_MAX + 1) }, (_, i) => {
      const address = BigInt(UNIVERSE_FIRST + ((from + i * apart) % UNIVERSE_SIZE));
      const block = { cidr: { family: 4, address, length }, term } as const;
      return { block, to: this.#others.victim, n: first + i };
    });
  }

  #toWhom(): PeerId {
    return this.#dice.chance(0.5) ? this.#others.victim : this.#others.peer();
  }

  /** Mostly inside the universe of the victim. */
  #block(): Block {
    const dice = this.#dice;
    const { family, value } = this.address();
    const length = dice.chance(0.1) ? dice.below(bits(family) + 1) : bits(family) - dice.below(16);
    const shift = BigInt(bits(family) - length);
    const address = (value >> shift) << shift;
    return { cidr: { family, address, length }, term: dice.number32() };
  }
}
