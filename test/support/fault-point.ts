/**
 * Faults at the durable steps of a real peer: the process is killed right before or right after the
 * n-th, or that one fails. By replacing source text when a module is loaded (`--import` this file), so
 * that the code that is shipped has no switches for tests.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface Fault {
  readonly kind: 'kill-before' | 'kill-after' | 'fail';
  /** Counted from 1 at the start of the process. */
  readonly step: number;
  /** Only steps of this name are counted; all of them if there is none. */
  readonly name?: string;
  /** Where every step's name is written, a line each. */
  readonly traceFile: string;
}

interface DurableStep {
  readonly name: string;
  readonly file: string;
  /** A statement or expression that the file has once: the step itself. */
  readonly text: string;
}

/**
 * Every place of a peer with seeds that changes what of ownership outlives it. Not among them, as no
 * address hangs on them:
 * - the directory's cache, and what is remembered of the API server (kubernetes/remembered-facts.ts):
 *   asked for again when it is lost;
 * - what is installed for runtimes (cni/installation-file.ts): replaced whole at each start;
 * - files of queued DELs (cni/queue.ts): one that was done and not removed is done again, and a DEL
 *   of what is not there changes nothing; one that can't be read is set aside, and released nothing;
 * - the registry of a peer alone (arbiter/solo.ts): each decision is one statement in a transaction of
 *   its own, so it is there or is not, as with a vote, and asking again is safe. That it is on the medium when
 *   it is answered: test/unit/store/durability.test.ts.
 */
const STEPS: readonly DurableStep[] = [
  { name: 'commit', file: 'peer/store/database.ts', text: "database.exec('COMMIT')" },
  { name: 'settings', file: 'peer/store/store.ts', text: 'writeSettings(database, settings)' },
  {
    name: 'set aside',
    file: 'peer/store/lost-state.ts',
    text: 'renameSync(path, `${path}.lost-${n}`)',
  },
];

/** A write by which the commit that has it gets a name of its own. */
const NAMED_WRITE = {
  name: 'fence',
  file: 'peer/store/state-writer.ts',
  text: "return this.#run('INSERT OR REPLACE INTO fence",
};

/**
 * Who looks for removals does so all the time, and who leaves reclaim to others asks soon whether it
 * is its own turn: a test that needs many can't wait for each.
 */
const HASTE = [
  {
    file: 'peer/core/watching.ts',
    text: 'const WATCH_MS = 15_000;',
    replacement: 'const WATCH_MS = 300;',
  },
  {
    file: 'peer/core/reclaiming.ts',
    text: 'const PATIENCE_MS = 60_000;',
    replacement: 'const PATIENCE_MS = 1_000;',
  },
];

/** Its loss or damage costs nothing: it is no durable step. */
const CACHE_FILE = 'directory.sqlite';

const FAULT_VARIABLE = 'FAULT_POINT';
const HASTE_VARIABLE = 'WATCH_IN_HASTE';
const IMPORT = { NODE_OPTIONS: `--import=${import.meta.filename}` };

export type ProcessEnvironment = Readonly<Record<string, string>>;

/** The environment of a process that is to meet the fault. */
export function faultEnvironment(fault: Fault): ProcessEnvironment {
  return { ...IMPORT, [FAULT_VARIABLE]: JSON.stringify(fault) };
}

/** That of one which, if it watches for removals, does so in haste. Can be put beside a fault. */
export function hastyEnvironment(): ProcessEnvironment {
  return { ...IMPORT, [HASTE_VARIABLE]: '1' };
}

/** What the replaced text calls in place of doing the step. */
type TakeStep = (name: string, step: () => unknown, location?: string) => unknown;

function stepsUntil({ kind, step: last, name: only, traceFile }: Fault): TakeStep {
  let taken = 0;
  let counted = 0;
  return (name, step, location) => {
    if (location?.endsWith(CACHE_FILE) === true) return step();
    appendFileSync(traceFile, `${++taken} ${name}\n`);
    if (only !== undefined && name !== only) return step();
    counted++;
    if (counted === last && kind === 'fail')
      throw Object.assign(new Error('disk I/O error'), { errcode: 10 });
    if (counted === last && kind === 'kill-before') process.kill(process.pid, 'SIGKILL');
    const result = step();
    if (counted === last) process.kill(process.pid, 'SIGKILL');
    return result;
  };
}

/** The same, and what gives the next commit a name of its own. */
function withNamedCommits(takeStep: TakeStep): {
  readonly takeStep: TakeStep;
  readonly nameCommit: (name: string) => void;
} {
  let ownName: string | undefined;
  return {
    takeStep: (name, step, location) => {
      const named = name === 'commit' ? (ownName ?? name) : name;
      ownName = undefined;
      return takeStep(named, step, location);
    },
    nameCommit: (name) => {
      ownName = name;
    },
  };
}

function replaceOnce(file: string, text: string, replacement: string): string {
  const parts = readFileSync(file, 'utf8').split(text);
  if (parts.length !== 2)
    throw new Error(`${file} has "${text}" ${parts.length - 1} times, and not once`);
  return parts.join(replacement);
}

function withStep({ name, file, text }: DurableStep): string {
  const location = text.startsWith('database.exec') ? ', database.location()' : '';
  const call = `globalThis.takeStep(${JSON.stringify(name)}, () => ${text}${location})`;
  return replaceOnce(file, text, call);
}

function withNamedWrite(): string {
  const { name, file, text } = NAMED_WRITE;
  return replaceOnce(file, text, `globalThis.nameCommit(${JSON.stringify(name)}); ${text}`);
}

/** `sources`: what to load in place of a file, by its path. */
function plant(sources: ReadonlyMap<string, () => string>): void {
  const planted = new Map(
    [...sources].map(([file, source]) => [pathToFileURL(resolve(file)).href, source]),
  );
  registerHooks({
    load(url, context, nextLoad) {
      const source = planted.get(url);
      if (source === undefined) return nextLoad(url, context);
      return { format: 'module-typescript', source: source(), shortCircuit: true };
    },
  });
}

// Asked for by the environment: the tests themselves import this file, too.
const fault = process.env[FAULT_VARIABLE];
if (fault !== undefined) {
  Object.assign(globalThis, withNamedCommits(stepsUntil(JSON.parse(fault) as Fault)));
  const steps = STEPS.map((step) => [step.file, () => withStep(step)] as const);
  plant(new Map([...steps, [NAMED_WRITE.file, withNamedWrite]]));
}
if (process.env[HASTE_VARIABLE] === '1') {
  const hasty = ({ file, text, replacement }: (typeof HASTE)[number]) =>
    [file, () => replaceOnce(file, text, replacement)] as const;
  plant(new Map(HASTE.map(hasty)));
}
