/** The simulator's own speed: a settled mesh that has heartbeats and now and then a record. */
import process from 'node:process';
import { testContent } from '#test/support/records.ts';
import { DESIGN_CPU } from './models.ts';
import { createBenchWorld, settle } from './world.ts';

export interface Speed {
  readonly peers: number;
  readonly events: number;
  /** Of the one thread's own time, as other processes may share its core. */
  readonly eventsPerSecond: number;
}

const VIRTUAL_MS = 10_000;
/** One change in the cluster each so often. */
const RECORD_MS = 500;

export function measureSpeed({ peers, seed }: { peers: number; seed: number }): Speed {
  const world = createBenchWorld({ seed, peers, cpu: DESIGN_CPU, observer: {} });
  settle(world);
  const before = world.events;
  const startedUs = threadUs();
  for (let at = world.now; at < world.now + VIRTUAL_MS; at += RECORD_MS) {
    const source = world.peers[Math.floor(world.random() * peers)];
    if (source === undefined) throw new RangeError('a mesh of nobody');
    const content = testContent(source.n);
    world.schedule(at, {
      kind: 'call',
      call: () => world.deliver(source, { type: 'publish', content }),
    });
  }
  world.runUntil(world.now + VIRTUAL_MS);
  const events = world.events - before;
  const seconds = (threadUs() - startedUs) / 1e6;
  return { peers, events, eventsPerSecond: events / seconds };
}

function threadUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
