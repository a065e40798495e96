/** `weft status`: shows what the peer on this node says of itself, as text or as JSON. */
import { parseArgs } from 'node:util';
import { DEFAULT_HTTP_ADDRESS, getFromPeer, PeerUnavailableError } from './peer-client.ts';

/** Exit codes; 69 is EX_UNAVAILABLE of sysexits.h. */
const EXIT_OK = 0;
const EXIT_USAGE = 2;
const EXIT_UNAVAILABLE = 69;

const USAGE = `Usage: weft status [--json] [--http-address ${DEFAULT_HTTP_ADDRESS}]

Shows what the peer on this node says of itself.

  --json                  the whole report, as JSON
  --http-address ADDRESS  where the peer serves it: host:port, [ipv6]:port or the path of a socket`;

interface StatusOptions {
  readonly path: '/status' | '/report';
  readonly httpAddress: string;
}

/** Where the command prints. */
export interface StatusOutput {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}

/** Runs the command with what follows `weft status`. Resolves to its exit code; never throws on bad input. */
export async function runStatus(
  args: readonly string[],
  output: StatusOutput = terminal,
): Promise<number> {
  const options = parseOptions(args);
  if (options === 'help') {
    output.out(`${USAGE}\n`);
    return EXIT_OK;
  }
  if (typeof options === 'string') {
    output.error(`weft status: ${options}\n${USAGE}\n`);
    return EXIT_USAGE;
  }
  try {
    const body = await getFromPeer(options.httpAddress, options.path);
    output.out(body.endsWith('\n') ? body : `${body}\n`);
    return EXIT_OK;
  } catch (error) {
    if (!(error instanceof PeerUnavailableError)) throw error;
    output.error(
      `weft status: ${error.message}. Is the peer running? Start it with "weft peer", or name its address with --http-address.\n`,
    );
    return EXIT_UNAVAILABLE;
  }
}

const terminal: StatusOutput = {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
};

/** The options, `help`, or what is wrong with them. */
function parseOptions(args: readonly string[]): StatusOptions | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean' },
        'http-address': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) return 'help';
    return {
      path: values.json === true ? '/report' : '/status',
      httpAddress: values['http-address'] ?? DEFAULT_HTTP_ADDRESS,
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
