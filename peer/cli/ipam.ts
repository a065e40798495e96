/** `weft ipam`: shows who has which addresses, as the peer on this node knows it. */
import { parseArgs } from 'node:util';
import { renderOwnership } from '../http/ownership-text.ts';
import type { Report } from '../http/report.ts';
import { DEFAULT_HTTP_ADDRESS, getFromPeer, PeerUnavailableError } from './peer-client.ts';
import type { StatusOutput } from './status.ts';

/** Exit codes; 69 is EX_UNAVAILABLE of sysexits.h. */
const EXIT_OK = 0;
const EXIT_USAGE = 2;
const EXIT_UNAVAILABLE = 69;

const OUTPUTS = ['text', 'json'] as const;

const USAGE = `Usage: weft ipam [--output text|json] [--http-address ${DEFAULT_HTTP_ADDRESS}]

Shows who has which addresses of the universe: held, being granted, of peers that are unreachable
or were removed, and with nobody. The shares always sum up to 100 %.

  --output json           the same, with every block, as JSON
  --http-address ADDRESS  where the peer serves its report: host:port, [ipv6]:port or the path of a socket`;

interface IpamOptions {
  readonly output: (typeof OUTPUTS)[number];
  readonly httpAddress: string;
}

/** Runs the command with what follows `weft ipam`. Resolves to its exit code; never throws on bad input. */
export async function runIpam(
  args: readonly string[],
  output: StatusOutput = terminal,
): Promise<number> {
  const options = parseOptions(args);
  if (options === 'help') {
    output.out(`${USAGE}\n`);
    return EXIT_OK;
  }
  if (typeof options === 'string') {
    output.error(`weft ipam: ${options}\n${USAGE}\n`);
    return EXIT_USAGE;
  }
  try {
    const report = JSON.parse(await getFromPeer(options.httpAddress, '/report')) as Report;
    output.out(options.output === 'json' ? toJson(report) : renderOwnership(report));
    return EXIT_OK;
  } catch (error) {
    if (!(error instanceof PeerUnavailableError)) throw error;
    output.error(
      `weft ipam: ${error.message}. Is the peer running? Start it with "weft peer", or name its address with --http-address.\n`,
    );
    return EXIT_UNAVAILABLE;
  }
}

const terminal: StatusOutput = {
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
};

/** `null` before the peer is a member. */
function toJson({ ownership }: Report): string {
  return `${JSON.stringify(ownership ?? null, undefined, 2)}\n`;
}

/** The options, `help`, or what is wrong with them. */
function parseOptions(args: readonly string[]): IpamOptions | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        output: { type: 'string' },
        'http-address': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) return 'help';
    const output = OUTPUTS.find((known) => known === (values.output ?? 'text'));
    if (output === undefined) return `--output is "${values.output}": expected text or json`;
    return { output, httpAddress: values['http-address'] ?? DEFAULT_HTTP_ADDRESS };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
