/**
 * Writes docs/BENCHMARKS.md and its plot from the committed figures of the mesh bench: tables from
 * the JSON, and the method in words. Never edited by hand.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { MEMORY_TARGET_BYTES } from './mesh/targets.ts';
import type { MemoryFigures } from './mesh/memory.ts';
import { HEADER, rowsOf } from './mesh/rows.ts';
import type { SizeFigures } from './mesh/run.ts';
import { describeMethod } from './method.ts';
import { megabytes, percent, summarize } from './result.ts';
import { drawStarts } from './start-plot.ts';

const FIGURES = 'bench/results/mesh.json';
const PAGE = 'docs/BENCHMARKS.md';
const PLOT = 'benchmarks-start.svg';

interface MeshResult {
  readonly measuredAt: string;
  readonly commit: string;
  readonly node: string;
  readonly kernel: string;
  readonly cpu: string;
  readonly cores: number;
  readonly groups: number;
  readonly weft: readonly SizeFigures[];
  readonly memberlist: readonly SizeFigures[];
  readonly own?: SizeFigures;
  readonly memory?: MemoryFigures;
}

const result = JSON.parse(readFileSync(FIGURES, 'utf8')) as MeshResult;
writeFileSync(`docs/${PLOT}`, drawStarts(result.weft, result.memberlist));
writeFileSync(PAGE, `${sections(result).join('\n\n')}\n`);

function sections(result: MeshResult): readonly string[] {
  return [
    '# Benchmarks',
    `Written by \`npm run bench -- page\` from \`${FIGURES}\`; not to be edited.`,
    describeMachine(result),
    '## The mesh on real sockets',
    `![Time until all know all, by number of peers](${PLOT})`,
    ...result.weft.flatMap((ours) => [
      `### ${ours.peers} peers`,
      markdown(HEADER, rowsOf(ours, rivalOf(result, ours.peers))),
    ]),
    ...describeOwn(result),
    ...describeMemory(result),
    ...describeMethod(result.groups),
  ];
}

function describeMachine({ measuredAt, commit, node, kernel, cpu, cores }: MeshResult): string {
  const day = measuredAt.slice(0, 10);
  return `Measured on ${day} at commit ${commit}: ${cores} cores (${cpu}), Linux ${kernel}, Node ${node}.`;
}

function rivalOf({ memberlist }: MeshResult, peers: number): SizeFigures | undefined {
  return memberlist.find((rival) => rival.peers === peers);
}

function describeOwn({ own }: MeshResult): readonly string[] {
  if (own === undefined) return [];
  return [
    `### ${own.peers} peers, every signature verified by every peer`,
    markdown(
      HEADER.slice(0, 2),
      rowsOf(own).map((row) => row.slice(0, 2)),
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

function markdown(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, header.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
