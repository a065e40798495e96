/**
 * Runs the tools that make the parts (go, buildah, debootstrap, pip), and turns their failures into
 * errors that say what to do. What is made with them is not known here.
 */
import { execa } from 'execa';

/** A part could not be made. The message is for people: what, why, what to do. */
export class PartsError extends Error {
  override readonly name = 'PartsError';
}

export interface CommandOptions {
  /** For the error's first line, such as `building kubelet`. */
  readonly task: string;
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A compiler's last lines name the error; the thousands before them name what was downloaded. */
const SHOWN_LINES_MAX = 25;
/** A tool's output is kept for the error alone, and none of ours prints more than some kilobytes. */
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

/** A build that outlived us would be in the way of the next one, which holds the lock of the cache by then. */
const ENDS_WITH_US: readonly string[] = ['setpriv', '--pdeathsig', 'KILL', '--'];

const NETWORK_TROUBLE =
  /no such host|could ?n[o']t resolve|temporary failure|network is unreachable|connection (?:refused|timed out|reset)|i\/o timeout|tls handshake|failed to establish a new connection/i;

/**
 * Runs a command to its end and gives what it printed on standard output. It is killed when this
 * process ends, whatever ends it. Throws PartsError.
 */
export async function runCommand(
  command: readonly string[],
  { task, directory, environment = {} }: CommandOptions,
): Promise<string> {
  const [file = '', ...args] = [...ENDS_WITH_US, ...command];
  const result = await execa(file, args, {
    ...(directory === undefined ? {} : { cwd: directory }),
    env: environment,
    stdin: 'ignore',
    all: true,
    maxBuffer: OUTPUT_BYTES_MAX,
    reject: false,
  });
  if (!result.failed) return result.stdout;
  throw new PartsError(
    describeFailure({ command, task, output: result.all, reason: result.shortMessage }),
  );
}

interface Failure {
  readonly command: readonly string[];
  readonly task: string;
  readonly output: string | undefined;
  /** Said in place of an output, for a command that could not even be started. */
  readonly reason: string | undefined;
}

/** The message for people about a command that failed. */
export function describeFailure({ command, task, output = '', reason = '' }: Failure): string {
  const lines = output.trimEnd().split('\n').slice(-SHOWN_LINES_MAX);
  const said = lines.join('\n').trim() === '' ? reason : lines.join('\n');
  return [
    `${task} failed. The last that it said:`,
    said,
    adviceFor(output),
    `It was: ${command.join(' ')}`,
  ].join('\n');
}

function adviceFor(output: string): string {
  if (/no space left on device|disk quota exceeded/i.test(output))
    return 'The disk is full: the parts need 15 GB in the cache (XDG_CACHE_HOME moves it) and in Go’s own.';
  if (NETWORK_TROUBLE.test(output))
    return 'The network could not be reached: making the parts needs the Go module proxy, PyPI, npm and a mirror of Debian. Run it again when they answer; what is done is kept.';
  return 'Run it again once that is mended; what is done is kept.';
}
