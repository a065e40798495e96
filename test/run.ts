/**
 * `npm test`: every check of this project, one line each, and the whole output of what failed. The
 * groups of tests are folders of test/; those that make network namespaces need root, and fail
 * without it rather than being left out.
 */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import path from 'node:path';

interface Step {
  readonly name: string;
  readonly command: readonly string[];
  /** A reason for which the step can't be run: it counts as failed. */
  readonly impossible?: string;
}

interface Outcome {
  readonly step: Step;
  readonly succeeded: boolean;
  readonly output: string;
  readonly seconds: number;
}

const BIN = 'node_modules/.bin';
/** The slowest step takes about a minute; eight of them mean that something waits for ever. */
const STEP_TIMEOUT_MS = 8 * 60_000;
/** Each of the checks keeps about one core busy, and two are what the smallest of our machines has. */
const STEPS_AT_A_TIME = 2;

const CHECKS: readonly Step[] = [
  tests(
    'unit tests, simulation, model and rules of the repository',
    ['unit', 'simulation', 'model', 'repository'],
    { concurrency: 2 },
  ),
  { name: 'types', command: [`${BIN}/tsc`, '-p', '.'] },
  { name: 'lint', command: [`${BIN}/oxlint`, '--type-aware', '--deny-warnings'] },
  {
    name: 'generated code is what its sources give',
    command: [process.execPath, 'peer/wire/generate.ts', '--check'],
  },
  {
    name: 'documents are what their sources give',
    command: [process.execPath, 'peer/config/generate-docs.ts', '--check'],
  },
  { name: 'dead code', command: [`${BIN}/knip`, '--no-progress'] },
  { name: 'format', command: [`${BIN}/oxfmt`, '--check'] },
];

/** One after the other: they measure, and the lab's namespaces have fixed names. */
const NAMESPACE_TESTS: readonly Step[] = [
  needsRoot(
    tests('tests in network namespaces: kernel and mesh', ['kernel', 'mesh'], { concurrency: 1 }),
  ),
  needsRoot(tests('tests of the lab', ['lab'], { concurrency: 1 })),
];

const outcomes = [
  ...(await runAll(CHECKS, STEPS_AT_A_TIME)),
  ...(await runAll(NAMESPACE_TESTS, 1)),
];
printSummary(outcomes);
process.exitCode = outcomes.every(({ succeeded }) => succeeded) ? 0 : 1;

function tests(
  name: string,
  folders: readonly string[],
  { concurrency }: { concurrency: number },
): Step {
  const files = folders.flatMap((folder) => globSync(`test/${folder}/**/*.test.ts`)).sort();
  const command = [
    process.execPath,
    '--test',
    '--test-reporter=spec',
    `--test-concurrency=${concurrency}`,
    ...files,
  ];
  return files.length > 0
    ? { name, command }
    : { name, command, impossible: `no *.test.ts in test/{${folders.join(',')}}` };
}

function needsRoot(step: Step): Step {
  if (process.getuid?.() === 0) return step;
  return {
    ...step,
    impossible: 'they make network namespaces, which takes root: run npm test as root',
  };
}

async function runAll(steps: readonly Step[], limit: number): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const queue = steps.values();
  const workers = Array.from({ length: limit }, async () => {
    for (const step of queue) {
      const outcome = await run(step);
      printOutcome(outcome);
      outcomes.push(outcome);
    }
  });
  await Promise.all(workers);
  return outcomes;
}

async function run(step: Step): Promise<Outcome> {
  if (step.impossible !== undefined)
    return { step, succeeded: false, output: step.impossible, seconds: 0 };
  const startedMs = performance.now();
  const [file = '', ...args] = step.command;
  const child = spawn(file, args, {
    // The tools are scripts for `node`: Node 26, whoever started us.
    env: { ...process.env, PATH: `${path.resolve(BIN)}:${process.env['PATH'] ?? ''}` },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: STEP_TIMEOUT_MS,
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  child.on('error', (error) => {
    resolve(`it could not be started: ${error.message}`);
  });
  child.on('close', (code, signal) => {
    resolve(code === 0 ? '' : `it ended with ${signal ?? `exit code ${code}`}`);
  });
  const failure = await ended;
  const output = `${Buffer.concat(chunks).toString('utf8')}${failure}`;
  // A test that was left out proves nothing, so it counts as one that failed.
  const succeeded = failure === '' && sumOf('skipped', output) === 0 && sumOf('todo', output) === 0;
  return { step, succeeded, output, seconds: (performance.now() - startedMs) / 1000 };
}

/** What node:test counted under the name, over all summaries in the output. */
function sumOf(name: string, output: string): number {
  const counts = output.matchAll(new RegExp(`^ℹ ${name} (\\d+)$`, 'gm'));
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

function printOutcome({ step, succeeded, output, seconds }: Outcome): void {
  const passed = sumOf('pass', output);
  const counted = passed > 0 ? `, ${passed} passed` : '';
  print(`${succeeded ? 'ok  ' : 'FAIL'}  ${step.name} (${seconds.toFixed(1)} s${counted})`);
  if (!succeeded) print(`${output.trimEnd()}\n`);
}

function printSummary(outcomes: readonly Outcome[]): void {
  const output = outcomes.map((outcome) => outcome.output).join('\n');
  const failed = outcomes.filter(({ succeeded }) => !succeeded).map(({ step }) => step.name);
  print('');
  for (const name of ['tests', 'pass', 'fail', 'cancelled', 'skipped', 'todo'])
    print(`# ${name} ${sumOf(name, output)}`);
  print(
    failed.length === 0 ? `all ${outcomes.length} steps passed` : `failed: ${failed.join('; ')}`,
  );
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
