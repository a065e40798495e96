/** `weft status`: shows what the peer on this node says of itself, as text or as JSON. */
import { DEFAULT_HTTP_ADDRESS } from './peer-client.ts';
import { show, type Showing } from './showing.ts';
import type { Terminal } from './verb.ts';

const STATUS: Showing = {
  verb: 'status',
  usage: `Usage: weft status [--json] [--http-address ${DEFAULT_HTTP_ADDRESS}]

Shows what the peer on this node says of itself.

  --json                  the whole report, as JSON
  --http-address ADDRESS  where the peer serves it: host:port, [ipv6]:port or the path of a socket`,
  options: { json: { type: 'boolean' } },
  choose: ({ json }) => ({ path: json === true ? '/report' : '/status', render: endLine }),
};

/** Runs the command with what follows `weft status`. Resolves to its exit code; never throws on bad input. */
export function runStatus(args: readonly string[], terminal?: Terminal): Promise<number> {
  return show(STATUS, args, terminal);
}

function endLine(body: string): string {
  return body.endsWith('\n') ? body : `${body}\n`;
}
