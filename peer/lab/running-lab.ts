/**
 * One lab at a time: names and files are fixed, so a second one would take the first for remains. The
 * lab that runs is known by a pid file, which counts only while that pid still is a lab.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { LabError } from './command.ts';
import { LAB_DIRECTORY } from './plan.ts';
import { findRemains, isAnythingLeft, tearDown } from './teardown.ts';

const PID_FILE = `${LAB_DIRECTORY}/lab.pid`;
/** Ending takes a lab a second: its peers stop first. */
const END_TIMEOUT_MS = 10_000;
const END_POLL_MS = 50;

/**
 * Makes room for this process's lab: refuses if another lab runs, removes what is left of earlier
 * ones, and makes the directory with the pid file. Throws LabError.
 */
export async function claimLab(): Promise<void> {
  const running = await findRunningLab();
  if (running !== undefined) {
    throw new LabError(
      `a lab is running already (pid ${running}): end it with Ctrl-C, or with npm run lab -- down`,
    );
  }
  if (isAnythingLeft(await findRemains())) await tearDown({ keep: 'nothing' });
  try {
    await mkdir(LAB_DIRECTORY, { mode: 0o700 });
    await writeFile(PID_FILE, `${process.pid}\n`, { flag: 'wx' });
  } catch (error) {
    throw new LabError(`${LAB_DIRECTORY} can't be made: ${String(error)}`, { cause: error });
  }
}

/** Asks a lab that runs to end, and waits for it. Resolves to its pid; undefined when none runs. */
export async function endRunningLab(): Promise<number | undefined> {
  const pid = await findRunningLab();
  if (pid === undefined) return undefined;
  process.kill(pid, 'SIGTERM');
  const deadline = performance.now() + END_TIMEOUT_MS;
  while ((await findRunningLab()) === pid) {
    if (performance.now() > deadline) throw new LabError(`the lab with pid ${pid} does not end`);
    await delay(END_POLL_MS);
  }
  return pid;
}

async function findRunningLab(): Promise<number | undefined> {
  const pid = Number(await readFile(PID_FILE, 'utf8').catch(() => ''));
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.includes('peer/lab/main.ts') ? pid : undefined;
}
