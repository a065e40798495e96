/**
 * What of the records of an earlier run is taken up again: not our own, which the state is newer than,
 * no more than the directory takes, and of nobody who is not known what others were told by it: no
 * other peer takes that (intake.ts). The listed come first, then who registered last, so that all
 * that are removed and too old by now are left out for the same reason at everybody.
 */
import { isPeerRecord } from './directory.ts';
import { DIRECTORY_RECORDS_MAX } from './limits.ts';
import type { MeshOptions } from './mesh-options.ts';
import type { PeerId } from './peer-id.ts';
import type { DirectoryRecord } from './record.ts';

/** In the order in which they are given. */
export function chooseRecalled(
  records: readonly DirectoryRecord[],
  { self, isListed }: Pick<MeshOptions, 'self' | 'isListed'>,
): readonly DirectoryRecord[] {
  const others = records.filter(({ peer }) => peer !== self);
  const registered = new Map<PeerId, bigint>();
  for (const record of others)
    if (isPeerRecord(record)) registered.set(record.peer, record.content.custody.registeredRev);
  const known = others.filter(({ peer }) => registered.has(peer));
  if (known.length <= DIRECTORY_RECORDS_MAX) return known;
  const isFirst = ({ peer }: DirectoryRecord): boolean => isListed?.(peer) ?? true;
  const rankOf = ({ peer }: DirectoryRecord): bigint => registered.get(peer) ?? 0n;
  const ranked = known.toSorted((one, other) => {
    if (isFirst(one) !== isFirst(other)) return isFirst(one) ? -1 : 1;
    if (rankOf(one) !== rankOf(other)) return rankOf(one) > rankOf(other) ? -1 : 1;
    return isPeerRecord(one) === isPeerRecord(other) ? 0 : isPeerRecord(one) ? -1 : 1;
  });
  const chosen = new Set(ranked.slice(0, DIRECTORY_RECORDS_MAX));
  return known.filter((record) => chosen.has(record));
}
