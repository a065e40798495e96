/** The figures of the simulation bench and how they came about, for docs/BENCHMARKS.md. */
import { type Origin, describeOrigin, list, markdown } from './page-parts.ts';
import type { Measured } from './simulation/measurement.ts';
import {
  type SpreadRow,
  type StartRow,
  type Table,
  speedTable,
  spreadTable,
  startTable,
} from './simulation/tables.ts';

export interface SimulationResult extends Origin {
  readonly speed: readonly Measured<'speed'>[];
  readonly spread: readonly SpreadRow[];
  readonly start: readonly StartRow[];
  /** Where the starts, which take the longest, were measured by themselves. */
  readonly startCommit?: string;
}

export function describeSimulation(result: SimulationResult): readonly string[] {
  return [
    '## Thousands of peers, simulated',
    describeOrigin(result),
    "The daemon's own mesh on a virtual clock ([SIMULATOR.md](SIMULATOR.md)), in three zones: 0.12 to 0.27 ms from peer to peer within one, 0.5 to 1.1 ms between two. Times are virtual, and the same on every machine; what a new record costs a peer's processor is given to the model.",
    '### One record to all',
    render(spreadTable(result.spread)),
    list([
      '15 records from peers anywhere in a settled mesh. **shortest path**: the time that the farthest peer is away over the links there are, if nobody needed any time to pass the record on.',
      '**copies**: how often a peer got it. Bytes are without heartbeats.',
    ]),
    ...describeStarts(result),
    '### The simulator',
    render(speedTable(result.speed)),
    'Events in a second of the thread that simulates a settled mesh in which a record is published every half second.',
    'Again: `npm run bench -- simulation` (an hour, 16 GB), then `npm run bench -- page`.',
  ];
}

function describeStarts({ start, startCommit, commit }: SimulationResult): readonly string[] {
  if (start.length === 0) throw new Error('no starts were measured: npm run bench -- simulation');
  return [
    '### All at once',
    `Measured at commit ${startCommit ?? commit}; a figure without a spread is of one run.`,
    render(startTable(start)),
    list([
      '**cold**: all start within a second and know three addresses. **warm**: the same, but each remembers all records of the run before. **storm**: all run and are linked, and each publishes its record anew within a second.',
      '**lag**: from the moment when a record is published and both ends run until the other end has it. **its floor**: what the processor of whoever starts last takes to verify what all others published before. **× floor**: what a peer sends, by the bytes of every record once.',
    ]),
  ];
}

function render({ header, rows }: Table): string {
  return markdown(header, rows);
}
