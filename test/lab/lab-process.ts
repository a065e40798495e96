/** The lab as a process of its own: run to its end, or started and left running. */
import { type ChildProcess, execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { LabResult } from '#peer/lab/result.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const RESULT_FILE = '/run/weft-lab/result.json';
/** A run takes about ten seconds; a machine that is busy with other tests may take a few times that. */
const RUN_TIMEOUT_MS = 90_000;

export interface Run {
  readonly exitCode: number;
  readonly output: string;
}

/** Runs the lab to its end. */
export async function runLab(...args: readonly string[]): Promise<Run> {
  return await run([process.execPath, 'peer/lab/main.ts', ...args]);
}

/** Runs a command to its end in the repository. */
export async function run([file = '', ...args]: readonly string[]): Promise<Run> {
  const { promise, resolve } = Promise.withResolvers<Run>();
  const options = { cwd: ROOT, timeout: RUN_TIMEOUT_MS };
  const child = execFile(file, args, options, (_, stdout, stderr) => {
    resolve({ exitCode: child.exitCode ?? -1, output: `${stdout}${stderr}` });
  });
  return await promise;
}

/** Starts the lab and resolves when its output holds `sign`; throws what it printed if it ends before. */
export async function startLab(args: readonly string[], sign: string): Promise<ChildProcess> {
  const child = execFile(process.execPath, ['peer/lab/main.ts', ...args], {
    cwd: ROOT,
    timeout: RUN_TIMEOUT_MS,
  });
  const { promise, resolve, reject } = Promise.withResolvers<ChildProcess>();
  let output = '';
  const collect = (chunk: string) => {
    output += chunk;
    if (output.includes(sign)) resolve(child);
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  child.on('exit', () => {
    reject(new Error(`the lab ended before it printed "${sign}":\n${output}`));
  });
  return await promise;
}

/** What the latest run wrote of its result. */
export function readResult(): LabResult {
  return JSON.parse(readFileSync(RESULT_FILE, 'utf8')) as LabResult;
}

/** Namespaces and processes of the lab that are there now. */
export function findLeftovers(): readonly string[] {
  const namespaces = existsSync('/run/netns') ? readdirSync('/run/netns') : [];
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  return [
    ...namespaces.filter((name) => name.startsWith('weft-lab')),
    ...pids.map(readCommand).filter((command) => command.includes('--state-dir /run/weft-lab/')),
  ];
}

function readCommand(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // The process ended since /proc was listed.
    return '';
  }
}
