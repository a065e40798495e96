/** The bounds that were hit, for the effects that tell of it: each becomes a counter. */
import type { MeshEffect } from './effect.ts';
import { NO_EFFECTS } from './join-effects.ts';

/** What there was too much of; its bound is in limits.ts. */
export type Bound =
  | 'answer-cut'
  | 'too-many-announcers'
  | 'too-many-answers'
  | 'too-many-digests'
  | 'too-many-found-endpoints'
  | 'too-many-misbehaving-peers'
  | 'too-many-pulls'
  | 'too-many-reconciles'
  | 'too-many-refused-versions'
  | 'too-many-repeats'
  | 'vain-announcements';

export class BoundHits {
  readonly #bounds = new Set<Bound>();

  add(bound: Bound): void {
    this.#bounds.add(bound);
  }

  /** Those since the last time: one effect a step, however often it was hit in that. */
  take(): readonly MeshEffect[] {
    if (this.#bounds.size === 0) return NO_EFFECTS;
    const effects = [...this.#bounds].map((bound): MeshEffect => ({ type: 'bound-hit', bound }));
    this.#bounds.clear();
    return effects;
  }
}
