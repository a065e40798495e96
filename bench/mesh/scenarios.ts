/** What a mesh is put through, one after the other, and what is measured of it. */
import { setTimeout as delay } from 'node:timers/promises';
import { type BenchMesh, within } from './bench-mesh.ts';
import { monotonicMs } from './monotonic.ts';

const START_LIMIT_MS = 120_000;
const RECORDS = 20;
/** Between two records, so that links are idle again. */
const RECORD_GAP_MS = 250;
const RECORD_LIMIT_MS = 10_000;
/** How long a start echoes: links that only served it are closed after 15 s (UNWANTED_LINK_MS). */
const SETTLE_MS = 20_000;
/** Ten heartbeats of each peer. */
const IDLE_WINDOW_MS = 10_000;
const VICTIMS = 3;
const DOWN_LIMIT_MS = 60_000;

export interface StartFigures {
  /** Until everybody knew everybody. */
  readonly knownMs: number;
  /** Until, besides, every link that anybody wants was up; a rival has none. */
  readonly linkedMs?: number;
  /** Sent until then, a peer. */
  readonly bytes: number;
  /** Spent until then, a peer. */
  readonly cpuMs: number;
}

export interface NotStarted {
  readonly limitMs: number;
  /** Of the peer that knew the fewest. */
  readonly leastKnown: number;
}

export interface RecordFigures {
  /** From the publication until the last peer has it, each time. */
  readonly lastMs: readonly number[];
  /** Sent a peer and record, beyond what an idle mesh sends. */
  readonly bytes: number;
  /** Spent a peer and record, beyond what an idle mesh spends. */
  readonly cpuMs?: number;
}

export interface IdleFigures {
  /** Sent a peer. */
  readonly bytesPerSecond: number;
  /** Of one core, a peer. */
  readonly cpuShare: number;
}

/** All peers start at once. */
export async function measureStart(mesh: BenchMesh): Promise<StartFigures | NotStarted> {
  const before = await take(mesh);
  const groups = await within(START_LIMIT_MS, mesh.askAll({ type: 'start' }));
  if (groups === undefined) {
    return { limitMs: START_LIMIT_MS, leastKnown: await mesh.leastKnown() };
  }
  const after = await take(mesh);
  return {
    knownMs: Math.max(...groups.map(({ knownAtMs }) => knownAtMs)) - before.atMs,
    linkedMs: Math.max(...groups.map(({ linkedAtMs }) => linkedAtMs)) - before.atMs,
    bytes: (after.sentBytes - before.sentBytes) / mesh.peers,
    cpuMs: (after.cpuMs - before.cpuMs) / mesh.peers,
  };
}

/** Waits until nothing of the start is under way any more. */
export async function settle(): Promise<void> {
  await delay(SETTLE_MS);
}

/** Peers that are spread over the mesh publish, one at a time. */
export async function measureRecords(mesh: BenchMesh): Promise<RecordFigures> {
  const idle = await measureIdle(mesh, RECORDS * RECORD_GAP_MS);
  const before = await take(mesh);
  const lastMs: number[] = [];
  for (let round = 0; round < RECORDS; round++) {
    const nextAtMs = monotonicMs() + RECORD_GAP_MS;
    lastMs.push(await publish(mesh, Math.floor((round * mesh.peers) / RECORDS)));
    await delay(Math.max(0, nextAtMs - monotonicMs()));
  }
  const after = await take(mesh);
  const elapsedMs = after.atMs - before.atMs;
  const idleBytes = idle.bytesPerSecond * (elapsedMs / 1000);
  const sent = (after.sentBytes - before.sentBytes) / mesh.peers - idleBytes;
  const spentMs = (after.cpuMs - before.cpuMs) / mesh.peers - idle.cpuShare * elapsedMs;
  return { lastMs, bytes: sent / RECORDS, cpuMs: spentMs / RECORDS };
}

export async function measureIdle(
  mesh: BenchMesh,
  windowMs = IDLE_WINDOW_MS,
): Promise<IdleFigures> {
  const before = await take(mesh);
  await delay(windowMs);
  const after = await take(mesh);
  const elapsedMs = after.atMs - before.atMs;
  return {
    bytesPerSecond: (after.sentBytes - before.sentBytes) / mesh.peers / (elapsedMs / 1000),
    cpuShare: (after.cpuMs - before.cpuMs) / mesh.peers / elapsedMs,
  };
}

/** Hosts vanish one after the other; in ms, until every other peer says that it is down. */
export async function measureVanish(mesh: BenchMesh): Promise<readonly number[]> {
  const gone: number[] = [];
  const ms: number[] = [];
  for (let victim = 0; victim < VICTIMS; victim++) {
    // Nobody that others were told to join at, as their dials would never end.
    const n = Math.floor(((victim + 0.5) * mesh.peers) / VICTIMS);
    const cutAtMs = monotonicMs();
    await mesh.cutOff(n);
    const groups = await within(DOWN_LIMIT_MS, mesh.askAll({ type: 'await-down', n, gone }));
    if (groups === undefined) throw new Error(`peer ${n} was not down after ${DOWN_LIMIT_MS} ms`);
    ms.push(Math.max(...groups) - cutAtMs);
    gone.push(n);
  }
  return ms;
}

async function publish(mesh: BenchMesh, n: number): Promise<number> {
  const { atMs, version } = await mesh.askGroupOf(n, { type: 'publish', n });
  const groups = await within(RECORD_LIMIT_MS, mesh.askAll({ type: 'await-record', version }));
  if (groups === undefined) throw new Error(`not all had the record after ${RECORD_LIMIT_MS} ms`);
  return Math.max(...groups) - atMs;
}

interface Taken {
  readonly atMs: number;
  readonly sentBytes: number;
  readonly cpuMs: number;
}

async function take(mesh: BenchMesh): Promise<Taken> {
  const { cpuMs } = await mesh.cost();
  return { atMs: monotonicMs(), sentBytes: mesh.sentBytes(), cpuMs };
}
