/**
 * Real peers on real sockets of this machine: how long they take to know each other, how fast a
 * record reaches all, how soon they know that a host is gone, and what it costs. Needs root.
 * Prints a table for each size beside the targets; with --output, writes the figures as JSON.
 */
import process from 'node:process';
import { renderTable } from '#peer/cli/table.ts';
import { readOptions } from '../command-line.ts';
import { buildMemberlist, runMemberlist } from '../rivals/memberlist.ts';
import { megabytes, percent, summarize, writeResult } from '../result.ts';
import { measureMemory, type MemoryFigures } from './memory.ts';
import { type Options, parseOptions, type Scenario } from './options.ts';
import { HEADER, rowsOf } from './rows.ts';
import { type RunFigures, runMesh, type SizeFigures, summarizeRuns } from './run.ts';

/** The size of which it is told what sharing verifications saves. */
const OWN_VERIFICATIONS_PEERS = 100;

/**
 * When a rival's runs of one size have taken so long, no further one is begun: large meshes of it don't
 * come to an end before their limit of five minutes, and that one didn't says it all.
 */
const RIVAL_BUDGET_MS = 120_000;

const options = readOptions(parseOptions);
if (options.rivals) await buildMemberlist();
const weft: SizeFigures[] = [];
const memberlist: SizeFigures[] = [];
for (const peers of options.sizes) {
  await measureSize(peers, options);
  save({});
}
const own = await measureOwn();
const memory = options.scenarios.has('memory') ? await measureMemory() : undefined;
if (memory !== undefined) printMemory(memory);
save({ own, memory });

/** As far as it has come: a bench of half an hour that breaks at the end loses nothing. */
function save(last: {
  readonly own?: SizeFigures | undefined;
  readonly memory?: MemoryFigures | undefined;
}): void {
  if (options.output === undefined) return;
  const { sharesVerifications, groups } = options;
  writeResult(options.output, { sharesVerifications, groups, weft, memberlist, ...last });
}

/** Ours and the rival's in turn, so that both meet the machine in the same moods. */
async function measureSize(peers: number, { runs, rivals }: Options): Promise<void> {
  const ours: RunFigures[] = [];
  const theirs: RunFigures[] = [];
  let theirsMs = 0;
  for (let run = 1; run <= runs; run++) {
    ours.push(await measured(`weft, ${peers} peers, run ${run}`, runMesh(peers, options)));
    if (!rivals || theirsMs > RIVAL_BUDGET_MS) continue;
    const beganAtMs = performance.now();
    theirs.push(await measured(`memberlist, ${peers} nodes, run ${run}`, runMemberlist(peers)));
    theirsMs += performance.now() - beganAtMs;
  }
  const summary = summarizeRuns(peers, ours);
  const rival = rivals ? summarizeRuns(peers, theirs) : undefined;
  weft.push(summary);
  if (rival !== undefined) memberlist.push(rival);
  print(`${peers} peers`, rowsOf(summary, rival));
}

async function measureOwn(): Promise<SizeFigures | undefined> {
  const { scenarios, sharesVerifications, runs } = options;
  if (!scenarios.has('own') || !sharesVerifications) return undefined;
  const peers = OWN_VERIFICATIONS_PEERS;
  const title = `${peers} peers, every signature verified by every peer`;
  const startOnly = { ...options, sharesVerifications: false, scenarios: new Set<Scenario>() };
  const figures: RunFigures[] = [];
  for (let run = 1; run <= runs; run++) {
    figures.push(await measured(`${title}, run ${run}`, runMesh(peers, startOnly)));
  }
  const summary = summarizeRuns(peers, figures);
  print(title, rowsOf(summary));
  return summary;
}

function print(title: string, rows: readonly (readonly string[])[]): void {
  process.stdout.write(`${title}\n${renderTable(HEADER, rows)}\n\n`);
}

async function measured(what: string, running: Promise<RunFigures>): Promise<RunFigures> {
  const figures = await running;
  process.stderr.write(`${what}: ${JSON.stringify(figures)}\n`);
  return figures;
}

function printMemory({ known, rssBytes, cpuShare }: MemoryFigures): void {
  const resident = megabytes(summarize(rssBytes));
  const cpu = percent(summarize(cpuShare));
  process.stdout.write(
    `a peer that knows ${known} others: ${resident} resident, ${cpu} of a core\n`,
  );
}
