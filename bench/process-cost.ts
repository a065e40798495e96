/** What a process has cost so far, from /proc. */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** A tick is 10 ms, so a window of 20 s tells shares that are 0.05 % apart. */
export const WINDOW_MS = 20_000;
/** Of USER_HZ, which is 100 on every Linux that Node runs on (proc_pid_stat(5)). */
const TICK_MS = 10;

export interface ProcessCost {
  /** Of one core: 0.01 is 1 %. */
  readonly cpuShare: number;
  readonly rssBytes: number;
}

/** What each of the processes costs in one window from now. */
export async function measureWindow(pids: readonly number[]): Promise<readonly ProcessCost[]> {
  const startedMs = performance.now();
  const before = pids.map(readCpuMs);
  await delay(WINDOW_MS);
  const elapsedMs = performance.now() - startedMs;
  return pids.map((pid, index) => ({
    cpuShare: (readCpuMs(pid) - (before[index] ?? 0)) / elapsedMs,
    rssBytes: readRssBytes(pid),
  }));
}

/** Time in user and kernel mode of all threads, fields 14 and 15 of proc_pid_stat(5). */
function readCpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is a name in parentheses and may hold spaces; what follows it begins at 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[14 - 3]) + Number(fields[15 - 3])) * TICK_MS;
}

function readRssBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
