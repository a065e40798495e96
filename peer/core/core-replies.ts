/** How the core words its answers: to who asked, and to who counts. */
import type { CoreBound, CoreEffect, CoreReply, ReplyId } from './core-event.ts';
import type { Attachment } from '../ipam/attachment.ts';

export function answer(to: ReplyId, value: CoreReply): CoreEffect {
  return { type: 'reply', to, value };
}

/** `reason` is a sentence for who asked. */
export function refuse(to: ReplyId, reason: string): CoreEffect {
  return answer(to, { type: 'refused', reason });
}

export function attached(to: ReplyId, attachment: Attachment): CoreEffect {
  return answer(to, { type: 'attached', attachment });
}

export function boundHit(bound: CoreBound): CoreEffect {
  return { type: 'bound-hit', bound };
}
