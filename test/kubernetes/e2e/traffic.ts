/**
 * Traffic that must not notice what is done to the peers: 200 pings a second and one TCP stream, each
 * from a pod of its own, which says at its end what got lost.
 */
import assert from 'node:assert/strict';
import type { Cluster } from '../cluster/cluster.ts';
import { NAMESPACE, outputOf, removePods, startCommand } from './workload.ts';

const PINGS_PER_SECOND = 200;
/** A reply that is later than this is a lost one; the machine is shared, and busy. */
const REPLY_TIMEOUT_MS = 2000;
/** Enough to be sure that the stream never rests, and little enough to leave the cores to others. */
const STREAM_RATE = '300M';
const PODS = ['pings', 'stream', 'stream-server'];
/** To be scheduled, started, and have the log read. */
const MARGIN_SECONDS = 60;

export interface TrafficOptions {
  readonly from: string;
  readonly to: string;
  /** A pod's address on the other node, where pings are answered. */
  readonly target: string;
  readonly seconds: number;
}

/** Runs until its seconds are over. */
export class Traffic {
  readonly #cluster: Cluster;
  readonly #options: TrafficOptions;

  private constructor(cluster: Cluster, options: TrafficOptions) {
    this.#cluster = cluster;
    this.#options = options;
  }

  /** Resolves when packets flow. */
  static async start(cluster: Cluster, options: TrafficOptions): Promise<Traffic> {
    const { from, to, target, seconds } = options;
    await startCommand(cluster, { name: 'stream-server', node: to }, ['iperf3', '-s', '-1']);
    const server = await runningAddress(cluster, 'stream-server');
    await startCommand(cluster, { name: 'stream', node: from }, [
      'iperf3',
      '-c',
      server,
      '-t',
      String(seconds),
      '-b',
      STREAM_RATE,
      '-J',
    ]);
    // -i: fping would rest 10 ms after each packet, whatever its period is.
    await startCommand(cluster, { name: 'pings', node: from }, [
      'fping',
      '-q',
      '-i',
      '1',
      '-p',
      String(1000 / PINGS_PER_SECOND),
      '-t',
      String(REPLY_TIMEOUT_MS),
      '-c',
      String(seconds * PINGS_PER_SECOND),
      target,
    ]);
    await Promise.all(['stream', 'pings'].map((pod) => runningAddress(cluster, pod)));
    return new Traffic(cluster, options);
  }

  /** Waits for the end; throws if a packet was lost or the stream was cut. */
  async assertUnharmed(): Promise<void> {
    const withinSeconds = this.#options.seconds + MARGIN_SECONDS;
    const pings = await outputOf(this.#cluster, 'pings', { withinSeconds });
    const [, sent, received] = /xmt\/rcv\/%loss = (\d+)\/(\d+)/.exec(pings) ?? [];
    assert.equal(Number(sent), this.#options.seconds * PINGS_PER_SECOND, pings);
    assert.equal(received, sent, pings);
    const stream = JSON.parse(await outputOf(this.#cluster, 'stream', { withinSeconds }));
    assert.equal(stream.error, undefined);
    const stalls = stream.intervals.filter(({ sum }: Interval) => sum.bytes === 0);
    assert.deepEqual(stalls, []);
    await removePods(this.#cluster, PODS);
  }
}

interface Interval {
  readonly sum: { readonly bytes: number };
}

async function runningAddress(cluster: Cluster, pod: string): Promise<string> {
  const at = ['-n', NAMESPACE];
  await cluster.kubectl([
    ...at,
    'wait',
    'pod',
    pod,
    '--timeout=60s',
    '--for=jsonpath={.status.phase}=Running',
  ]);
  return await cluster.kubectl([...at, 'get', 'pod', pod, '-o', 'jsonpath={.status.podIP}']);
}
