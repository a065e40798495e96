/** What the command line of the mesh bench says. */
import { parseArgs } from 'node:util';
import { parseChoice, parseCount, parseOrTell } from '../command-line.ts';

/** `own`: the start of one size again, with no verification shared. `memory`: see memory.ts. */
export type Scenario = 'start' | 'record' | 'vanish' | 'idle' | 'own' | 'memory';
const SCENARIOS: readonly Scenario[] = ['start', 'record', 'vanish', 'idle', 'own', 'memory'];

export interface Options {
  /** How many peers; each size is run by itself. */
  readonly sizes: readonly number[];
  readonly runs: number;
  readonly scenarios: ReadonlySet<Scenario>;
  readonly groups: number;
  readonly sharesVerifications: boolean;
  readonly rivals: boolean;
  /** Where profiles of the groups' CPU time go. */
  readonly profileDirectory: string | undefined;
  /** Where the figures go; they are only printed when there is none. */
  readonly output: string | undefined;
}

const USAGE = `Usage: npm run bench -- mesh [options]

  --peers 30,60        sizes of the mesh (default 30,60,100,500)
  --runs N             how often each is run (default 1)
  --scenarios a,b      of ${SCENARIOS.join(', ')} (default all; start is always run)
  --groups N           processes that share the peers (default 2)
  --own-verifications  every peer verifies every signature itself, in all scenarios
  --rivals             memberlist, too
  --cpu-prof DIR       writes a CPU profile of each group
  --output FILE        writes the figures as JSON
`;

const FLAGS = {
  peers: { type: 'string', default: '30,60,100,500' },
  runs: { type: 'string', default: '1' },
  scenarios: { type: 'string', default: SCENARIOS.join(',') },
  groups: { type: 'string', default: '2' },
  'own-verifications': { type: 'boolean', default: false },
  rivals: { type: 'boolean', default: false },
  'cpu-prof': { type: 'string' },
  output: { type: 'string' },
} as const;

/** Throws OptionError. */
export function parseOptions(argv: readonly string[]): Options {
  return parseOrTell(USAGE, () => {
    const { values } = parseArgs({ args: [...argv], options: FLAGS });
    const scenarios = values.scenarios.split(',');
    return {
      sizes: values.peers.split(',').map((text) => parseCount('--peers', text, 2)),
      runs: parseCount('--runs', values.runs, 1),
      scenarios: new Set(scenarios.map((text) => parseChoice('--scenarios', text, SCENARIOS))),
      groups: parseCount('--groups', values.groups, 1),
      sharesVerifications: !values['own-verifications'],
      rivals: values.rivals,
      profileDirectory: values['cpu-prof'],
      output: values.output,
    };
  });
}
