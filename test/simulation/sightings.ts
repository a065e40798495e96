/**
 * Which rare paths runs have come by, and how often. A path that is never reached proves nothing of
 * what is behind it, so a long run without it fails.
 */
import type { CoreEffect, CoreEvent } from '../../peer/core/core-event.ts';
import type { LinksContent } from '../../peer/mesh/record.ts';
import type { Write } from '../../peer/ipam/writes.ts';

/** Those that every long run over all scenarios has to reach. */
export const SIGHTS = [
  'closed: duplicate',
  'closed: unwanted',
  'closed: silent',
  'closed: link-limit',
  'closed: misbehaved',
  'congested',
  'drained',
  'dial failed',
  'announced',
  'pulled',
  'pulled again after a time-out',
  'digests compared',
  'reconciled one way',
  'reconciled both ways',
  'refused: bad-record',
  'refused: bad-signature',
  'refused: writer-budget',
  'refused: unasked-entries',
  'pause outlived',
  'unreachable told',
  'reachable told again',
  'block granted',
  'block accepted',
  'view adopted',
  'list of a witness adopted',
  'reclaimed',
  'inherited',
  'removed peer fenced',
  'copy fenced',
  'fence lost by a crash',
  'disk failed',
  'write lost by a crash',
  'write kept by a crash',
] as const;

export class Sightings {
  readonly counts = new Map<string, number>();

  see(sight: string, times = 1): void {
    this.counts.set(sight, (this.counts.get(sight) ?? 0) + times);
  }

  add(others: ReadonlyMap<string, number>): void {
    for (const [sight, times] of others) this.see(sight, times);
  }

  /** Those of the list that were never seen. */
  missing(): readonly string[] {
    return SIGHTS.filter((sight) => !this.counts.has(sight));
  }

  stepped(event: CoreEvent, effects: readonly CoreEffect[]): void {
    if (event.type === 'congested' || event.type === 'drained') this.see(event.type);
    if (event.type === 'dial-failed') this.see('dial failed');
    for (const effect of effects) {
      this.#effect(event, effect);
      if (effect.type === 'commit') this.#committed(event, effect.writes);
    }
    if (event.type === 'frame' && event.frame.type === 'bucket-entries') this.#reconciled(effects);
  }

  wrote(writes: readonly Write[]): void {
    for (const { type } of writes) {
      if (type === 'add-pending') this.see('block granted');
      if (type === 'set-view') this.see('view adopted');
    }
    const isAccepted = writes.some(
      (write) => write.type === 'set-counterparty' && write.counterparty.accepted > 0,
    );
    if (isAccepted) this.see('block accepted');
  }

  #committed(event: CoreEvent, writes: readonly Write[]): void {
    const has = (type: Write['type']): boolean => writes.some((write) => write.type === type);
    if (event.type === 'view-answered' && has('set-view')) this.see('list of a witness adopted');
    // A grant begins with the block that it is taken out of; what is accepted is counted.
    if (writes[0]?.type !== 'hold-block') return;
    if (has('add-pending')) this.see('inherited');
    if (has('add-pending') || !has('set-counterparty')) this.see('reclaimed');
  }

  #effect(event: CoreEvent, effect: CoreEffect): void {
    switch (effect.type) {
      case 'close':
        return this.see(`closed: ${effect.reason}`);
      case 'refused':
        return this.see(`refused: ${effect.reason}`);
      case 'bound-hit':
        return this.see(`bound: ${effect.bound}`);
      case 'learned':
        for (const { content } of effect.records) if (content.type === 'links') this.#told(content);
        return;
      case 'send':
        return this.#sent(event, effect.frame.type);
      default:
    }
  }

  #told({ down }: LinksContent): void {
    this.see(down.length > 0 ? 'unreachable told' : 'reachable told again');
  }

  #sent(event: CoreEvent, frame: string): void {
    if (frame === 'have') this.see('announced');
    if (frame === 'bucket-digests') this.see('digests compared');
    if (frame !== 'want') return;
    this.see('pulled');
    if (event.type === 'time') this.see('pulled again after a time-out');
  }

  #reconciled(effects: readonly CoreEffect[]): void {
    const sends = effects.flatMap((effect) => (effect.type === 'send' ? [effect.frame.type] : []));
    const gives = sends.includes('records');
    const takes = sends.includes('want');
    if (gives || takes) this.see(gives && takes ? 'reconciled both ways' : 'reconciled one way');
  }
}
