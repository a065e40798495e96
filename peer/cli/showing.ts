/**
 * What the verbs have in common that show what the peer on this node tells: its address as an
 * option, their exit codes, and what is said when no peer answers. What is asked for and how it
 * looks is each verb's own.
 */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { DEFAULT_HTTP_ADDRESS, getFromPeer, PeerUnavailableError } from './peer-client.ts';
import { EXIT_OK, EXIT_UNAVAILABLE, EXIT_USAGE, processTerminal, type Terminal } from './verb.ts';

export interface Showing {
  readonly verb: string;
  readonly usage: string;
  /** Beside `--http-address` and `--help`, which each has. */
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** What to show for the options that were given, or what is wrong with them. */
  readonly choose: (given: Given) => Shown | string;
}

/** By the names of the options. */
type Given = Readonly<ReturnType<typeof parseArgs>['values']>;

export interface Shown {
  /** What the peer is asked for. */
  readonly path: '/status' | '/report';
  readonly render: (body: string) => string;
}

/** Runs the verb with what follows it. Resolves to its exit code; never throws on bad input. */
export async function show(
  showing: Showing,
  args: readonly string[],
  { out, error }: Terminal = processTerminal,
): Promise<number> {
  const { verb, usage } = showing;
  const asked = parseOptions(showing, args);
  if (asked === 'help') {
    out(`${usage}\n`);
    return EXIT_OK;
  }
  if (typeof asked === 'string') {
    error(`weft ${verb}: ${asked}\n${usage}\n`);
    return EXIT_USAGE;
  }
  try {
    out(asked.render(await getFromPeer(asked.httpAddress, asked.path)));
    return EXIT_OK;
  } catch (failure) {
    if (!(failure instanceof PeerUnavailableError)) throw failure;
    const advice =
      'Is the peer running? Start it with "weft peer", or name its address with --http-address.';
    error(`weft ${verb}: ${failure.message}. ${advice}\n`);
    return EXIT_UNAVAILABLE;
  }
}

/** What to show and where to ask for it, `help`, or what is wrong with the options. */
function parseOptions(
  { options, choose }: Showing,
  args: readonly string[],
): (Shown & { readonly httpAddress: string }) | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        ...options,
        'http-address': { type: 'string', default: DEFAULT_HTTP_ADDRESS },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) return 'help';
    const shown = choose(values);
    return typeof shown === 'string' ? shown : { ...shown, httpAddress: values['http-address'] };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
