/** A stream of pings from a namespace, and which of them were answered. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { eventuallyTrue } from './eventually.ts';
import type { Namespace } from './namespace.ts';

export interface PingStream extends AsyncDisposable {
  /** Resolves when `count` more pings have been answered. Rejects when they are not in time. */
  answers(count: number): Promise<void>;
  /** Ends it: sequence numbers that have no answer although a later one has, and those answered twice. */
  stop(): Promise<{ readonly answered: number; readonly wrong: readonly string[] }>;
}

/** Pings the address every `intervalMs`, beginning now. */
export function startPing(
  namespace: Namespace,
  { address, intervalMs }: { readonly address: string; readonly intervalMs: number },
): PingStream {
  const ping = ['ping', '-n', '-i', String(intervalMs / 1000), address];
  const child = spawn('ip', ['netns', 'exec', namespace.name, ...ping], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'close');
  const answered: number[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    const sequence = / icmp_seq=(\d+) ttl=/.exec(line)?.[1];
    if (sequence !== undefined) answered.push(Number(sequence));
  });
  const end = async (): Promise<void> => {
    child.kill('SIGINT');
    await ended;
  };
  return {
    answers: async (count) => {
      const enough = answered.length + count;
      await eventuallyTrue(`${count} answers of ${address}`, () => {
        if (child.exitCode !== null) throw new Error(`ping ${address} ended by itself`);
        return answered.length >= enough;
      });
    },
    stop: async () => {
      await end();
      return { answered: answered.length, wrong: findGaps(answered) };
    },
    [Symbol.asyncDispose]: end,
  };
}

/** The last one sent may be on its way when ping is stopped, so only those before an answer count. */
function findGaps(answered: readonly number[]): readonly string[] {
  const last = Math.max(0, ...answered);
  const counts = new Map<number, number>();
  for (const sequence of answered) counts.set(sequence, (counts.get(sequence) ?? 0) + 1);
  return Array.from({ length: last }, (_, index) => index + 1)
    .filter((sequence) => counts.get(sequence) !== 1)
    .map((sequence) => `ping ${sequence}: ${counts.get(sequence) ?? 0} answers`);
}
