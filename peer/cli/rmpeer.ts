/**
 * `weft rmpeer`: removes a peer whose node is gone for good, so that the others take back what it
 * held. Asks for the name to be typed, as nothing brings a removed peer back.
 */
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline/promises';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { CONTROL_TIMEOUT_MS, controlSocketPath } from '../control/control-server.ts';
import type { RemovalRequest } from '../control/removal.ts';
import { OPTIONS } from '../config/options.ts';
import { printable } from './table.ts';
import { EXIT_OK, EXIT_UNAVAILABLE, EXIT_USAGE, processTerminal, type Terminal } from './verb.ts';

/** The peer says no, or the operator thought better of it. */
const EXIT_REFUSED = 1;

const DEFAULT_SOCKET = controlSocketPath(defaultCniSocket());

const USAGE = `Usage: weft rmpeer NAME [--confirm NAME] [--even-if-alive] [--control-socket ${DEFAULT_SOCKET}]

Removes the peer of that name from the cluster, for good. Its node should be gone: what it held is
given to others. Should it come back, it begins as a new peer. Pods that run there keep their
addresses, of which others may have been given some by then: its report names these.

  --confirm NAME         the same name again, instead of typing it when asked
  --even-if-alive        also when it is not known to be down
  --control-socket FILE  where the peer of this node listens; beside its CNI socket`;

export interface AskingTerminal extends Terminal {
  /** Asks for a line; undefined where there is nobody to ask. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
}

interface RmpeerOptions extends RemovalRequest {
  readonly confirmed: string | undefined;
  readonly socketPath: string;
}

/** Runs the command with what follows `weft rmpeer`. Resolves to its exit code. */
export async function runRmpeer(
  args: readonly string[],
  terminal: AskingTerminal = askingTerminal(),
): Promise<number> {
  const options = parseOptions(args);
  if (options === 'help') return say(terminal.out, USAGE, EXIT_OK);
  if (typeof options === 'string') {
    return say(terminal.error, `weft rmpeer: ${options}\n${USAGE}`, EXIT_USAGE);
  }
  const { ask } = terminal;
  if (options.confirmed === undefined && ask === undefined) {
    const advice = `there is no terminal to ask on: repeat the name with --confirm ${options.name}`;
    return say(terminal.error, `weft rmpeer: ${advice}`, EXIT_USAGE);
  }
  const typed = options.confirmed ?? (await ask?.(questionFor(options.name)));
  if (typed !== options.name) {
    const problem = `"${printable(typed ?? '')}" is not "${printable(options.name)}": nothing was removed`;
    return say(terminal.error, `weft rmpeer: ${problem}`, EXIT_REFUSED);
  }
  return await remove(options, terminal);
}

function questionFor(name: string): string {
  return `"${printable(name)}" is removed for good, and others get what it held. Type its name to go on: `;
}

async function remove(options: RmpeerOptions, { out, error }: AskingTerminal): Promise<number> {
  const { socketPath, name } = options;
  try {
    const { status, body } = await post(options);
    if (status === 200) {
      const { id, rev } = JSON.parse(body) as { readonly id: string; readonly rev: string };
      const done = `Removed ${printable(name)} (${id}) with revision ${rev} of the list of members.`;
      const next = 'The others take back what it held once all of them know: see weft ipam.';
      return say(out, `${done} ${next}`, EXIT_OK);
    }
    const { reason } = JSON.parse(body) as { readonly reason: string };
    const exitCode = status === 503 ? EXIT_UNAVAILABLE : EXIT_REFUSED;
    return say(error, `weft rmpeer: ${printable(reason)}`, exitCode);
  } catch (failure) {
    const reason = failure instanceof Error ? failure.message : String(failure);
    const advice = 'Is the peer of this node running, and are you root?';
    return say(
      error,
      `weft rmpeer: no answer at ${socketPath}: ${reason}. ${advice}`,
      EXIT_UNAVAILABLE,
    );
  }
}

async function post({ name, evenIfAlive, socketPath }: RmpeerOptions) {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const sent = request(
    { socketPath, method: 'POST', path: '/removals', timeout: CONTROL_TIMEOUT_MS },
    (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    },
  );
  sent.on('timeout', () => {
    sent.destroy(new Error(`silent for ${CONTROL_TIMEOUT_MS / 1000} s`));
  });
  sent.on('error', reject);
  sent.end(JSON.stringify({ name, evenIfAlive }));
  return await promise;
}

/** The options, `help`, or what is wrong with them. */
function parseOptions(args: readonly string[]): RmpeerOptions | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        confirm: { type: 'string' },
        'even-if-alive': { type: 'boolean' },
        'control-socket': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) return 'help';
    const [name, extra] = positionals;
    if (name === undefined || name === '') return 'the name of the peer is missing';
    if (extra !== undefined) return `"${extra}" is one word too many`;
    return {
      name,
      evenIfAlive: values['even-if-alive'] === true,
      confirmed: values.confirm,
      socketPath: values['control-socket'] ?? DEFAULT_SOCKET,
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function defaultCniSocket(): string {
  const option = OPTIONS.find(({ flag }) => flag === 'cni-socket');
  return option !== undefined && 'default' in option ? option.default : '';
}

function askingTerminal(): AskingTerminal {
  const { stdin, stdout } = process;
  const ask = async (question: string): Promise<string> => {
    const lines = createInterface({ input: stdin, output: stdout });
    try {
      return await lines.question(question);
    } finally {
      lines.close();
    }
  };
  return { ...processTerminal, ask: stdin.isTTY ? ask : undefined };
}

function say(print: (text: string) => void, line: string, exitCode: number): number {
  print(`${line}\n`);
  return exitCode;
}
