/** The physical limit: the time that light needs over the links there are, without any work on the way. */
import { EventQueue } from '#test/simulation/event-queue.ts';
import type { SimulatedPeer } from '#test/simulation/simulated-peer.ts';

/** Milliseconds of the shortest path to each peer that can be reached (Dijkstra, 1959). */
export function shortestPaths(from: SimulatedPeer): ReadonlyMap<SimulatedPeer, number> {
  const reached = new Map<SimulatedPeer, number>();
  const queue = new EventQueue<SimulatedPeer>();
  queue.push(0, from);
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (reached.has(next)) continue;
    reached.set(next, queue.now);
    for (const { ends, latencyMs } of next.links.values()) {
      const other = ends[0] === next ? ends[1] : ends[0];
      if (!reached.has(other)) queue.push(queue.now + latencyMs, other);
    }
  }
  return reached;
}
