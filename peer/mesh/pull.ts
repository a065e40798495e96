/** One pull: a record of which a version was announced that is not here, and who has announced it. */
import type { LinkId } from './effect.ts';
import type { RecordId, RecordKey } from './record.ts';

export interface Announcer {
  readonly link: LinkId;
  /** The newest version that it announced. */
  readonly id: RecordId;
  /** By an exchange of digests: most others have it. */
  readonly isSync: boolean;
}

export interface Pull {
  readonly key: RecordKey;
  /** Who was not asked in vain, in the order to ask them. */
  readonly announcers: Announcer[];
  asked: LinkId | undefined;
  /** All that was announced has come, or nobody is left to ask. */
  isOver: boolean;
}

export function announcerOf({ announcers }: Pull, link: LinkId): Announcer | undefined {
  return announcers.find((announcer) => announcer.link === link);
}

/** Says whether it was one. */
export function removeAnnouncer({ announcers }: Pull, link: LinkId): boolean {
  const at = announcers.findIndex((announcer) => announcer.link === link);
  if (at >= 0) announcers.splice(at, 1);
  return at >= 0;
}
