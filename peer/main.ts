#!/usr/bin/env node
/** `weft VERB`: finds the verb and ends with its exit code. Each verb is a file in cli/. */
import { enableCompileCache } from 'node:module';
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { EXIT_OK, EXIT_USAGE } from './cli/verb.ts';

// A peer lives for months and allocates little: a small young generation saves it 5 to 15 MB.
setFlagsFromString('--max-semi-space-size=1');
setFlagsFromString('--semi-space-growth-factor=1');
// And the old one may grow by a third before it is collected: what a peer learned with thousands of
// others at a time is garbage for the most part, which V8 would keep until its heap has doubled.
setFlagsFromString('--heap-growing-percent=33');
// Honours NODE_COMPILE_CACHE; without a cache every start compiles everything anew.
enableCompileCache();

const USAGE = `Usage: weft VERB [OPTIONS]

  peer      run the peer of this node
  status    what the peer on this node says of itself; --json for the report
  ipam      who has which addresses; --output json for all of it
  rmpeer    remove a peer whose node is gone for good
  reset     take away what Weft left on this node
  version   print the version

weft VERB --help tells more.
`;

type Verb = (args: readonly string[]) => Promise<number>;

/** Loaded when asked for: `weft status` has no need of what the peer needs. */
const VERBS: Readonly<Record<string, () => Promise<Verb>>> = {
  peer: async () => (await import('./cli/peer.ts')).runPeer,
  status: async () => (await import('./cli/status.ts')).runStatus,
  ipam: async () => (await import('./cli/ipam.ts')).runIpam,
  rmpeer: async () => (await import('./cli/rmpeer.ts')).runRmpeer,
  reset: async () => (await import('./cli/reset.ts')).runReset,
  version: async () => (await import('./cli/version.ts')).runVersion,
};

async function main([verb = '', ...args]: readonly string[]): Promise<number> {
  const load = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (load !== undefined) return await (await load())(args);
  const isHelp = ['', 'help', '--help', '-h'].includes(verb);
  const output = isHelp ? process.stdout : process.stderr;
  output.write(isHelp ? USAGE : `weft: "${verb}" is no verb\n\n${USAGE}`);
  return isHelp ? EXIT_OK : EXIT_USAGE;
}

process.exitCode = await main(process.argv.slice(2));
