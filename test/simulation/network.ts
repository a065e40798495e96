/** What frames take to get from one peer to another: models of networks. Faults are the world's. */

/** Between two peers, by their numbers; `random` is uniform in [0, 1). */
export interface Network {
  /** One way, fixed for the life of a link. */
  latencyMs(from: number, to: number, random: () => number): number;
  /** Added to each frame: at most this, uniform. */
  readonly jitterMs: number;
  /** What a peer's interface sends. */
  readonly bytesPerMs: number;
}

interface Range {
  readonly least: number;
  readonly most: number;
}

/** 10 Gbit/s. */
const TEN_GIGABIT = 1_250_000;

/** One switch. */
const LAN_LATENCY_MS: Range = { least: 0.2, most: 0.6 };
const LAN_JITTER_MS = 0.4;

export const LAN: Network = {
  latencyMs: (_from, _to, random) => between(LAN_LATENCY_MS, random),
  jitterMs: LAN_JITTER_MS,
  bytesPerMs: TEN_GIGABIT,
};

export function between({ least, most }: Range, random: () => number): number {
  return least + random() * (most - least);
}
