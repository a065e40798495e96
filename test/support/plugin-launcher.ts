/** Runs the real launcher, built if it is missing or old, inside a namespace as a runtime would. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

const LAUNCHER = resolve('build/weft');
const SOURCES = 'plugin/launcher';

export interface LauncherCall {
  /** CNI_ variables, and where the launcher finds peer and queue. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stdin: string;
  /** A path of the network namespace that it runs in; this process' own if left out. */
  readonly namespace?: string;
}

export interface LauncherOutcome {
  /** Null if a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export async function buildLauncher(): Promise<void> {
  const built = statSync(LAUNCHER, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const changed = readdirSync(SOURCES).map((name) => statSync(join(SOURCES, name)).mtimeMs);
  if (Math.max(...changed) > built) await promisify(execFile)('sh', [join(SOURCES, 'build.sh')]);
}

/** Starts it; the outcome comes when it has ended. */
export function startLauncher(call: LauncherCall): {
  readonly child: ChildProcess;
  readonly outcome: Promise<LauncherOutcome>;
} {
  const [command, ...parameters] =
    call.namespace === undefined ? [LAUNCHER] : ['nsenter', `--net=${call.namespace}`, LAUNCHER];
  const child = spawn(command ?? LAUNCHER, parameters, {
    env: { PATH: process.env['PATH'], ...call.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // A launcher that refuses early does not read all of it.
  child.stdin.on('error', () => undefined);
  child.stdin.end(call.stdin);
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const outcome = Promise.all([ended, text(child.stdout), text(child.stderr)]).then(
    ([exitCode, stdout, stderr]) => ({ exitCode, stdout, stderr }),
  );
  return { child, outcome };
}

export function runLauncher(call: LauncherCall): Promise<LauncherOutcome> {
  return startLauncher(call).outcome;
}

/** A directory for sockets and queues, removed with all that is in it. */
export function createScratchDirectory(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'weft-test-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
