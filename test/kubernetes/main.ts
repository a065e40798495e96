/** `npm run kubernetes`: the test cluster's entry. Parses, runs, and turns that into an exit code. */
import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { constants } from 'node:os';
import { pipeline } from 'node:stream/promises';
import { bringUp, takeDown } from './cluster/bring-up.ts';
import { ClusterError } from './cluster/command.ts';
import { kubectlCommand } from './cluster/kubectl.ts';
import { findLogs } from './cluster/logs.ts';
import { ClusterUsageError, parseClusterCommand, USAGE } from './cluster/options.ts';
import type { ClusterOptions } from './cluster/plan.ts';
import { requireState } from './cluster/state.ts';
import { isAnythingLeft } from './cluster/teardown.ts';
import { PartsError } from './parts/command.ts';

const EXIT_OK = 0;
const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;
/** What shells add to the number of the signal that ended a command. */
const EXIT_SIGNAL = 128;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    return await run(args);
  } catch (error) {
    if (error instanceof ClusterUsageError) return complain(error.message, EXIT_USAGE);
    if (error instanceof ClusterError || error instanceof PartsError)
      return complain(error.message, EXIT_FAILURE);
    throw error;
  }
}

async function run(args: readonly string[]): Promise<number> {
  const command = parseClusterCommand(args);
  switch (command.type) {
    case 'help':
      return print(USAGE);
    case 'up':
      return await up(command.options);
    case 'down':
      return await down();
    case 'kubectl':
      return await passThrough(kubectlCommand(await requireState(), command.parameters));
    case 'logs':
      return await printLogs(command.where, command.component);
  }
}

async function up(options: ClusterOptions): Promise<number> {
  const startedMs = performance.now();
  const stop = stopSignal();
  const onProgress = (line: string) => {
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1).padStart(6);
    print(`[${seconds} s] ${line}`);
  };
  try {
    await bringUp(options, { onProgress, stop });
  } catch (error) {
    if (!stop.aborted) throw error;
    return complain(
      'interrupted; what was made is removed',
      EXIT_SIGNAL + constants.signals.SIGINT,
    );
  }
  return print(`
The cluster is up. Its nodes are NotReady until they have a network for pods:
  npm run kubernetes -- kubectl apply -f manifests/weft.yaml
  npm run kubernetes -- kubectl get nodes,pods -A
  npm run kubernetes -- down`);
}

async function down(): Promise<number> {
  const remains = await takeDown();
  if (!isAnythingLeft(remains)) return print('There was nothing of a cluster to remove.');
  const { processes, namespaces } = remains;
  return print(
    `Removed the cluster: ${processes.length} processes and ${namespaces.length} network namespaces.`,
  );
}

/** Runs the command with our input and output, and gives its exit code. */
async function passThrough([file = '', ...args]: readonly string[]): Promise<number> {
  const child = spawn(file, args, { stdio: 'inherit' });
  // The terminal sends these to the child as well, whose answer to them is ours.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => child.kill(name));
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('error', reject).once('close', (code, signal) => {
    resolve(code ?? EXIT_SIGNAL + (signal === null ? 0 : constants.signals[signal]));
  });
  return await promise;
}

async function printLogs(where: string, component?: string): Promise<number> {
  const logs = await findLogs(where, component);
  for (const { component: name, file } of logs) {
    if (logs.length > 1) print(`==> ${name}`);
    await pipeline(createReadStream(file), process.stdout, { end: false });
  }
  return EXIT_OK;
}

/** Aborts at the first Ctrl-C or SIGTERM. More of them change nothing: removing is already under way. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => {
      controller.abort();
    });
  return controller.signal;
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return EXIT_OK;
}

function complain(text: string, exitCode: number): number {
  process.stderr.write(`weft kubernetes: ${text}\n`);
  return exitCode;
}
