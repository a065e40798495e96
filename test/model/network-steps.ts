/**
 * How records arrive: told by who has them, or any version that was ever published, late, again and
 * out of order. What does not arrive is lost; nothing here has to arrive.
 */
import { look, nameOfVersion } from './custody-steps.ts';
import { receive } from './gate-steps.ts';
import type { Process, Version } from './process.ts';
import { type World, nameOf, pick } from './world.ts';

/** `from` tells `to` one of the records that it knows, or all of them. */
export function gossip(
  world: World,
  { from, to, choice }: { readonly from: Process; readonly to: Process; readonly choice: number },
): void {
  if (from === to || world.areApart(from.machine, to.machine)) return;
  const known = [...from.known.values()];
  const isWhole = (choice & 1) === 1;
  const told = isWhole ? known : [pick(known, choice >>> 1)];
  deliver(
    world,
    to,
    told.flatMap((version) => version ?? []),
  );
}

/** Of all versions ever; every other time one of the latest. */
const LATEST = 8;

export function replay(world: World, to: Process, choice: number): void {
  const { published } = world;
  const isLate = (choice & 1) === 1;
  const version = pick(isLate ? published : published.slice(-LATEST), choice >>> 1);
  if (version === undefined || world.areApart(version.writer.machine, to.machine)) return;
  deliver(world, to, [version]);
}

export function deliver(world: World, to: Process, versions: readonly Version[]): void {
  const news: Version[] = [];
  for (const version of versions) {
    if (to.machine.process !== to) return;
    if (receive(world, to, version)) news.push(version);
  }
  if (news.length === 0) return;
  if (world.isTraced) world.say(`${nameOf(to)} hears ${news.map(nameOfVersion).join(', ')}`);
  look(world, to, news);
}
