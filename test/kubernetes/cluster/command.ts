/** Runs the tools that make the cluster (ip, openssl, ctr, kubectl), and tells their failures. */
import { execa } from 'execa';

/** The cluster could not be made, found or changed. The message is for the reader. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
}

export interface CommandOptions {
  readonly input?: string;
  /** Exit codes that are an answer rather than a failure; 0 always is. */
  readonly accept?: readonly number[];
  readonly timeoutMs?: number;
}

/** The longest are a wait of kubectl and the import of an image on busy cores. */
const COMMAND_TIMEOUT_MS = 10 * 60_000;
/** Of a command's output: the log of a pod that was verbose for minutes. */
const OUTPUT_BYTES_MAX = 256 * 1024 * 1024;

/** Runs a command to its end and gives its standard output. Throws ClusterError with what it printed. */
export async function runCommand(
  command: readonly string[],
  { input = '', accept = [], timeoutMs = COMMAND_TIMEOUT_MS }: CommandOptions = {},
): Promise<string> {
  const [file = '', ...args] = command;
  const result = await execa(file, args, {
    input,
    timeout: timeoutMs,
    maxBuffer: OUTPUT_BYTES_MAX,
    reject: false,
    stripFinalNewline: false,
  });
  if (!result.failed || accept.includes(result.exitCode ?? -1)) return result.stdout;
  if (result.code === 'ENOENT')
    throw new ClusterError(
      `${file} is not installed: npm run kubernetes -- up installs what is missing`,
    );
  const said = [result.stderr.trim(), result.stdout.trim()].find((text) => text !== '');
  throw new ClusterError(`${result.shortMessage}\n${said ?? 'it printed nothing'}`);
}

/** The command line that runs `command` in the named network namespace, and leaves all else as it is. */
export function insideNamespace(namespace: string, command: readonly string[]): readonly string[] {
  return ['nsenter', `--net=/run/netns/${namespace}`, '--', ...command];
}

/** Runs many `ip` commands in one process; the first that fails ends it. */
export async function runIpBatch(lines: readonly string[], namespace?: string): Promise<void> {
  const where = namespace === undefined ? [] : ['-n', namespace];
  await runCommand(['ip', ...where, '-batch', '-'], { input: `${lines.join('\n')}\n` });
}
