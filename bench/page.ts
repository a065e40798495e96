/**
 * Writes docs/BENCHMARKS.md and its plot from the committed figures of the benches: tables from the
 * JSON, and the method in words. Never edited by hand.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { type GrantResult, type IpamResult, describeAddresses } from './addresses-section.ts';
import { MEMORY_TARGET_BYTES } from './mesh/targets.ts';
import { HEADER, rowsOf } from './mesh/rows.ts';
import type { SizeFigures } from './mesh/run.ts';
import { describeMethod } from './method.ts';
import { type MeshFigures, describeMissed } from './missed.ts';
import { megabytes, percent, summarize } from './result.ts';
import { type SimulationResult, describeSimulation } from './simulation-section.ts';
import { drawStarts } from './start-plot.ts';
import { type Origin, describeOrigin, markdown } from './page-parts.ts';

const FIGURES = 'bench/results/mesh.json';
const SIMULATION = 'bench/results/simulation.json';
const IPAM = 'bench/results/ipam.json';
const GRANT = 'bench/results/grant.json';
const PAGE = 'docs/BENCHMARKS.md';
const PLOT = 'benchmarks-start.svg';

interface MeshResult extends Origin, MeshFigures {
  readonly groups: number;
  readonly memberlist: readonly SizeFigures[];
}

const result = JSON.parse(readFileSync(FIGURES, 'utf8')) as MeshResult;
const simulation = JSON.parse(readFileSync(SIMULATION, 'utf8')) as SimulationResult;
const ipam = JSON.parse(readFileSync(IPAM, 'utf8')) as IpamResult;
const grant = JSON.parse(readFileSync(GRANT, 'utf8')) as GrantResult;
writeFileSync(`docs/${PLOT}`, drawStarts(result.weft, result.memberlist));
writeFileSync(PAGE, `${sections(result).join('\n\n')}\n`);

function sections(result: MeshResult): readonly string[] {
  return [
    '# Benchmarks',
    `Written by \`npm run bench -- page\` from \`${FIGURES}\`, \`${SIMULATION}\`, \`${IPAM}\` and \`${GRANT}\`; not to be edited.`,
    describeOrigin(result),
    '## The mesh on real sockets',
    `![Time until all know all, by number of peers](${PLOT})`,
    ...result.weft.flatMap((ours) => [
      `### ${ours.peers} peers`,
      markdown(HEADER, rowsOf(ours, rivalOf(result, ours.peers))),
    ]),
    ...describeOwn(result),
    ...describeMemory(result),
    ...describeMissed({ mesh: result, ipam, grant, simulation }),
    ...describeMethod({ groups: result.groups, runs: result.weft[0]?.runs ?? 1 }),
    ...describeAddresses(ipam, grant),
    ...describeSimulation(simulation),
  ];
}

function rivalOf({ memberlist }: MeshResult, peers: number): SizeFigures | undefined {
  return memberlist.find((rival) => rival.peers === peers);
}

function describeOwn({ own }: MeshResult): readonly string[] {
  if (own === undefined) return [];
  return [
    `### ${own.peers} peers, every signature verified by every peer`,
    markdown(
      HEADER.slice(0, 3),
      rowsOf(own).map((row) => row.slice(0, 3)),
    ),
  ];
}

function describeMemory({ memory }: MeshResult): readonly string[] {
  if (memory === undefined) return [];
  const { known, rssBytes, rssBytesAlone, cpuShare } = memory;
  const rows = [
    [`resident, knowing ${known} others`, megabytes(summarize(rssBytes)), bound()],
    ['resident, knowing one other', megabytes(summarize([rssBytesAlone])), ''],
    [`of one core, knowing ${known} others`, percent(summarize(cpuShare)), ''],
  ];
  return ['## Memory of a peer', markdown(['what', 'weft', 'target'], rows)];
}

function bound(): string {
  return `≤ ${(MEMORY_TARGET_BYTES / 1e6).toFixed(0)} MB`;
}
