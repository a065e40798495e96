/** Which targets the figures miss, found from both, and why, as far as it is known. */
import { type GrantResult, type IpamResult, missedByAddresses } from './addresses-section.ts';
import type { MemoryFigures } from './mesh/memory.ts';
import { missedOf } from './mesh/rows.ts';
import type { Measured, SizeFigures } from './mesh/run.ts';
import { MEMORY_TARGET_BYTES } from './mesh/targets.ts';
import { type Missed, list } from './page-parts.ts';
import { megabytes, summarize } from './result.ts';
import type { SimulationResult } from './simulation-section.ts';
import { missedStarts, missedSpeeds, missedSpreads } from './simulation/tables.ts';

export interface Figures {
  readonly mesh: MeshFigures;
  readonly ipam: IpamResult;
  readonly grant: GrantResult;
  readonly simulation: SimulationResult;
}

export interface MeshFigures {
  readonly weft: readonly SizeFigures[];
  readonly own?: SizeFigures;
  readonly memory?: MemoryFigures;
}

const WHY: Readonly<Partial<Record<keyof Measured, string>>> = {
  recordMs:
    'two cores have 120 us for each of 500 peers in 30 ms, and a record that is received, looked up and passed on costs more than 400. Peers with a machine each are simulated below',
  vanishMs:
    'a link is given up after 3.5 s of silence, and what each was late itself is not held against others; hundreds of peers in one process are late by each other',
};

export function describeMissed({ mesh, ipam, grant, simulation }: Figures): readonly string[] {
  const missed = [
    ...missedByMesh(mesh),
    ...missedByAddresses(ipam, grant),
    ...missedBySimulation(simulation),
  ];
  const lines = missed.map(
    ({ what, measured, target, why }) =>
      `**${what}**: ${measured}, target ${target}${why === undefined ? '' : `: ${why}`}.`,
  );
  return ['## Targets that are missed', lines.length === 0 ? 'None.' : list(lines)];
}

function missedByMesh({ weft, own, memory }: MeshFigures): readonly Missed[] {
  const ofSizes = weft.flatMap((figures) => missedOfSize(figures, `${figures.peers} peers`));
  const ofOwn =
    own === undefined
      ? []
      : missedOfSize(own, `${own.peers} peers, every signature verified by every peer`);
  return [...ofSizes, ...ofOwn, ...(memory === undefined ? [] : missedByMemory(memory))];
}

function missedOfSize(figures: SizeFigures, size: string): readonly Missed[] {
  return missedOf(figures).map(({ name, title, ...values }) => ({
    what: `${size}, ${title}`,
    ...values,
    why: WHY[name],
  }));
}

function missedByMemory({ known, rssBytes }: MemoryFigures): readonly Missed[] {
  const summary = summarize(rssBytes);
  if (summary.median <= MEMORY_TARGET_BYTES) return [];
  const target = `≤ ${MEMORY_TARGET_BYTES / 1e6} MB`;
  return [{ what: `memory, knowing ${known} others`, measured: megabytes(summary), target }];
}

function missedBySimulation({ spread, start, speed }: SimulationResult): readonly Missed[] {
  return [...missedSpreads(spread), ...missedStarts(start), ...missedSpeeds(speed)];
}
