/**
 * Starts a bench by its name:
 *
 *   npm run bench -- NAME [options]
 */
import process from 'node:process';

const BENCHES: Readonly<Record<string, { readonly file: string; readonly meaning: string }>> = {
  mesh: { file: './mesh/main.ts', meaning: 'real peers on real sockets, beside memberlist' },
  simulation: { file: './simulation/main.ts', meaning: 'thousands of peers on a virtual clock' },
  idle: { file: './idle.ts', meaning: 'what a peer costs that has nothing to do' },
  grant: { file: './grant.ts', meaning: 'from asking for a block to the first address out of it' },
  ipam: { file: './ipam.ts', meaning: 'addresses a second; 10,000 holdings after a day of churn' },
  kubernetes: { file: './kubernetes.ts', meaning: 'on a real cluster of three nodes' },
  page: { file: './page.ts', meaning: 'writes docs/BENCHMARKS.md from the figures of the others' },
};

const name = process.argv[2] ?? '';
const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
if (bench === undefined) {
  const list = Object.entries(BENCHES).map(
    ([name, { meaning }]) => `  ${name.padEnd(12)}${meaning}`,
  );
  process.stderr.write(`Usage: npm run bench -- NAME [options]\n\n${list.join('\n')}\n`);
  process.exit(2);
}
// What is started reads its options where it would find them if it were started by itself.
process.argv.splice(2, 1);
await import(bench.file);
