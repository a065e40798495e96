/** TCP throughput between two namespaces, by iperf3. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { insideNamespace, LabError, runCommand } from './command.ts';
import { LAB_DIRECTORY } from './plan.ts';

export interface ThroughputPath {
  readonly client: string;
  readonly server: string;
  /** The server's address. */
  readonly address: string;
}

/** A second is many times what TCP takes to leave slow start on these paths. */
const DURATION_S = 1;
/** A connection on the same machine takes microseconds. */
const CONNECT_TIMEOUT_MS = 2000;

/** Bits per second that the server received over one TCP stream. Throws LabError if there was no connection. */
export async function measureThroughput({
  client,
  server,
  address,
}: ThroughputPath): Promise<number> {
  const serving = await startServer(server);
  try {
    const flags = [
      '-c',
      address,
      '-t',
      `${DURATION_S}`,
      '-i',
      '0',
      '--connect-timeout',
      `${CONNECT_TIMEOUT_MS}`,
      '-J',
    ];
    const { stdout } = await runCommand(insideNamespace(client, ['iperf3', ...flags]), {
      accept: [1],
    });
    return readBitsPerSecond(stdout);
  } finally {
    serving.kill();
  }
}

/** Resolves when the server listens. Its pid file is how teardown knows a server that a crash left. */
async function startServer(namespace: string) {
  const flags = [
    '-s',
    '-1',
    '--forceflush',
    '--pidfile',
    `${LAB_DIRECTORY}/${namespace}.iperf3.pid`,
  ];
  const [file = '', ...args] = insideNamespace(namespace, ['iperf3', ...flags]);
  const serving = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  for await (const line of createInterface({ input: serving.stdout })) {
    if (!line.includes('listening')) continue;
    serving.stdout.resume();
    return serving;
  }
  throw new LabError(`iperf3 did not start to listen in ${namespace}`);
}

/** What iperf3 prints with -J, as far as the lab reads it. */
interface Iperf3Output {
  readonly error?: string;
  readonly end?: { readonly sum_received?: { readonly bits_per_second?: number } };
}

function readBitsPerSecond(stdout: string): number {
  const { error, end } = JSON.parse(stdout) as Iperf3Output;
  const bitsPerSecond = end?.sum_received?.bits_per_second;
  if (error !== undefined || bitsPerSecond === undefined) {
    throw new LabError(`iperf3 did not measure: ${error ?? 'its output has no sum_received'}`);
  }
  return bitsPerSecond;
}
