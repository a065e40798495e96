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
  /** Where every step's name is written, a line each. */
  readonly traceFile: string;
}

interface DurableStep {
  readonly name: string;
  readonly file: string;
  /** A statement or expression that the file has once: the step itself. */
  readonly text: string;
}

/** Every place of the peer that changes what outlives it, but for caches. */
const STEPS: readonly DurableStep[] = [
  { name: 'commit', file: 'peer/store/database.ts', text: "database.exec('COMMIT')" },
  { name: 'settings', file: 'peer/store/store.ts', text: 'writeSettings(database, settings)' },
  {
    name: 'set aside',
    file: 'peer/store/lost-state.ts',
    text: 'renameSync(path, `${path}.lost-${n}`)',
  },
  {
    name: 'run of the votes',
    file: 'peer/arbiter/seeds/acceptor-store.ts',
    text: 'database.prepare(sql).get(binding)',
  },
];

/** Its loss or damage costs nothing: it is no durable step. */
const CACHE_FILE = 'directory.sqlite';

const VARIABLE = 'FAULT_POINT';

/** The environment of a process that is to meet the fault. */
export function faultEnvironment(fault: Fault): Readonly<Record<string, string>> {
  return { NODE_OPTIONS: `--import=${import.meta.filename}`, [VARIABLE]: JSON.stringify(fault) };
}

/** What the replaced text calls in place of doing the step. */
type TakeStep = (name: string, step: () => unknown, location?: string) => unknown;

function stepsUntil({ kind, step: last, traceFile }: Fault): TakeStep {
  let taken = 0;
  return (name, step, location) => {
    if (location?.endsWith(CACHE_FILE) === true) return step();
    taken++;
    appendFileSync(traceFile, `${taken} ${name}\n`);
    if (taken === last && kind === 'fail')
      throw Object.assign(new Error('disk I/O error'), { errcode: 10 });
    if (taken === last && kind === 'kill-before') process.kill(process.pid, 'SIGKILL');
    const result = step();
    if (taken === last) process.kill(process.pid, 'SIGKILL');
    return result;
  };
}

function plant({ name, file, text }: DurableStep, source: string): string {
  const parts = source.split(text);
  if (parts.length !== 2)
    throw new Error(`${file} has "${text}" ${parts.length - 1} times, and not once`);
  const location = text.startsWith('database.exec') ? ', database.location()' : '';
  return parts.join(`globalThis.takeStep(${JSON.stringify(name)}, () => ${text}${location})`);
}

/** Must be asked for by the environment: the tests themselves import this file, too. */
function plantAll(fault: Fault): void {
  Object.assign(globalThis, { takeStep: stepsUntil(fault) });
  const planted = new Map(
    STEPS.map((step) => [pathToFileURL(resolve(step.file)).href, step] as const),
  );
  registerHooks({
    load(url, context, nextLoad) {
      const step = planted.get(url);
      if (step === undefined) return nextLoad(url, context);
      const source = plant(step, readFileSync(step.file, 'utf8'));
      return { format: 'module-typescript', source, shortCircuit: true };
    },
  });
}

const asked = process.env[VARIABLE];
if (asked !== undefined) plantAll(JSON.parse(asked) as Fault);
