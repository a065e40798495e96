/**
 * Runs the machine's own tools (ip, bridge, fping, iperf3 and the launcher), plainly or inside a
 * namespace. Nothing here knows what a node or a pod is.
 */
import { execa } from 'execa';

/** A tool failed, or the lab could not do its work. The message is for the reader. */
export class LabError extends Error {
  override readonly name = 'LabError';
}

export interface CommandOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are an answer rather than a failure; 0 always is. */
  readonly accept?: readonly number[];
}

export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** The longest command of the lab is a ping of a hundred silent nodes; iperf3 runs for seconds. */
const COMMAND_TIMEOUT_MS = 30_000;

/** Runs a command to its end. Throws LabError, with what it printed, if its exit code is not accepted. */
export async function runCommand(
  command: readonly string[],
  options: CommandOptions = {},
): Promise<CommandOutput> {
  const [file = '', ...args] = command;
  const result = await execa(file, args, {
    input: options.input ?? '',
    env: options.env ?? {},
    timeout: COMMAND_TIMEOUT_MS,
    reject: false,
  });
  const exitCode = result.exitCode ?? -1;
  if (exitCode !== 0 && !(options.accept ?? []).includes(exitCode)) {
    throw new LabError(describeFailure(command, result));
  }
  return { stdout: result.stdout, stderr: result.stderr, exitCode };
}

/** The command line that runs `command` inside the named namespace. */
export function insideNamespace(namespace: string, command: readonly string[]): readonly string[] {
  return ['ip', 'netns', 'exec', namespace, ...command];
}

/** Runs many `ip` commands in one process; the first that fails ends it, and is named in the error. */
export async function runIpBatch(lines: readonly string[], namespace?: string): Promise<void> {
  const where = namespace === undefined ? [] : ['-n', namespace];
  try {
    await runCommand(['ip', ...where, '-batch', '-'], { input: `${lines.join('\n')}\n` });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const line = /Command failed -:(\d+)/.exec(reason)?.[1];
    const culprit = line === undefined ? undefined : lines[Number(line) - 1];
    throw new LabError(culprit === undefined ? reason : `"ip ${culprit}": ${reason}`, {
      cause: error,
    });
  }
}

/** Calls `work` for every item, at most `limit` at a time; results are in the order of the items. */
export async function mapConcurrently<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results = new Map<number, Result>();
  const queue = items.entries();
  const workers = Array.from({ length: Math.min(limit, items.length) }, async () => {
    for (const [index, item] of queue) results.set(index, await work(item));
  });
  await Promise.all(workers);
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}

interface Failure {
  readonly shortMessage?: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

function describeFailure(
  command: readonly string[],
  { shortMessage, stdout, stderr }: Failure,
): string {
  const said = [stderr.trim(), stdout.trim()].find((text) => text !== '') ?? 'it printed nothing';
  return `${shortMessage ?? command.join(' ')}\n${said}`;
}
