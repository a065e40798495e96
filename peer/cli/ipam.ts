/** `weft ipam`: shows who has which addresses, as the peer on this node knows it. */
import { renderOwnership } from '../http/ownership-text.ts';
import type { Report } from '../http/report.ts';
import { DEFAULT_HTTP_ADDRESS } from './peer-client.ts';
import { show, type Showing } from './showing.ts';
import type { Terminal } from './verb.ts';

const IPAM: Showing = {
  verb: 'ipam',
  usage: `Usage: weft ipam [--output text|json] [--http-address ${DEFAULT_HTTP_ADDRESS}]

Shows who has which addresses of the universe: held, being granted, of peers that are unreachable
or were removed, and with nobody. The shares always sum up to 100 %.

  --output json           the same, with every block, as JSON
  --http-address ADDRESS  where the peer serves its report: host:port, [ipv6]:port or the path of a socket`,
  options: { output: { type: 'string' } },
  choose: ({ output = 'text' }) => {
    if (output !== 'text' && output !== 'json')
      return `--output is "${String(output)}": expected text or json`;
    const render = output === 'json' ? toJson : renderOwnership;
    return { path: '/report', render: (body) => render(JSON.parse(body) as Report) };
  },
};

/** Runs the command with what follows `weft ipam`. Resolves to its exit code; never throws on bad input. */
export function runIpam(args: readonly string[], terminal?: Terminal): Promise<number> {
  return show(IPAM, args, terminal);
}

/** `null` before the peer is a member. */
function toJson({ ownership }: Report): string {
  return `${JSON.stringify(ownership ?? null, undefined, 2)}\n`;
}
