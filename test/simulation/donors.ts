/** Questions for space between simulated peers: donors are asked in turn, each over the network. */
import type { CoreEffect, ReplyId } from '../../peer/core/core-event.ts';
import type { Need } from '../../peer/ipam/outcomes.ts';
import type { PeerId } from '../../peer/mesh/peer-id.ts';
import { ANSWER_TIMEOUT_MS } from '../../peer/transport/limits.ts';
import { type Stage, laterAt } from './happening.ts';
import { between } from './network.ts';
import type { SimulatedPeer } from './simulated-peer.ts';

/** A question or an answer, one way: over a link, or over one that has to be dialled. */
const TRIP_MS = { least: 0.2, most: 3 };

export interface DonorsOptions {
  readonly byId: (id: PeerId) => SimulatedPeer | undefined;
  readonly isCut: (one: SimulatedPeer, other: SimulatedPeer) => boolean;
}

interface Asking {
  readonly asker: SimulatedPeer;
  readonly need: Need;
  /** Who is left to be asked. */
  readonly donors: readonly PeerId[];
}

export class Donors {
  readonly #stage: Stage;
  readonly #options: DonorsOptions;
  /** Who waits for a donor's answer. */
  readonly #waiting = new Map<ReplyId, (isGranted: boolean) => void>();
  #nextReply = 1;

  constructor(stage: Stage, options: DonorsOptions) {
    this.#stage = stage;
    this.#options = options;
  }

  ask(asker: SimulatedPeer, effect: Extract<CoreEffect, { type: 'ask-space' }>): void {
    this.#askNext({ asker, need: effect.need, donors: effect.donors });
  }

  /** A donor answers. */
  reply({ to, value }: Extract<CoreEffect, { type: 'reply' }>): void {
    const waiting = this.#waiting.get(to);
    this.#waiting.delete(to);
    waiting?.(value.type !== 'refused');
  }

  #askNext({ asker, need, donors }: Asking): void {
    const [id, ...others] = donors;
    if (id === undefined) return this.#answer(asker, need, false);
    const donor = this.#options.byId(id);
    const next = () => this.#askNext({ asker, need, donors: others });
    const isReached = donor?.isUp === true && !this.#options.isCut(asker, donor);
    if (!isReached) return laterAt(this.#stage, asker, ANSWER_TIMEOUT_MS, next);
    const reply = this.#nextReply++;
    this.#waiting.set(reply, (isGranted) => {
      this.#heard(asker, donor, () => (isGranted ? this.#answer(asker, need, true) : next()));
    });
    laterAt(this.#stage, asker, ANSWER_TIMEOUT_MS, () => {
      if (this.#waiting.delete(reply)) next();
    });
    laterAt(this.#stage, donor, this.#tripMs(), () =>
      this.#stage.deliver(donor, { type: 'space-asked', from: asker.id, need, reply }),
    );
  }

  /** The answer arrives, unless the way is cut: then the time-out says so. */
  #heard(asker: SimulatedPeer, donor: SimulatedPeer, then: () => void): void {
    const delayMs = this.#options.isCut(asker, donor) ? ANSWER_TIMEOUT_MS : this.#tripMs();
    laterAt(this.#stage, asker, delayMs, then);
  }

  #answer(asker: SimulatedPeer, need: Need, granted: boolean): void {
    this.#stage.deliver(asker, { type: 'space-answered', need, granted });
  }

  #tripMs(): number {
    return between(TRIP_MS, this.#stage.random);
  }
}
