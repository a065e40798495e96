/**
 * What the mesh is to reach, by size, and what was measured of Weave's mesh once, on the same kind of
 * machine: it has no release that is kept up, so it is quoted and not run.
 */
import type { Measured } from './run.ts';

type Figures = Readonly<Partial<Record<keyof Measured, number>>>;

/**
 * Up to 60 peers against Weave's mesh, which has links as ours: until all are up. Above that against
 * memberlist, which has none: until all know all.
 */
export const TARGETS: Readonly<Record<number, Figures>> = {
  30: { linkedMs: 1_000, startBytes: 100_000, startCpuMs: 150 },
  60: { linkedMs: 2_000, startBytes: 100_000, startCpuMs: 150, idleBytesPerSecond: 1_500 },
  100: { knownMs: 3_000, startBytes: 600_000 },
  500: {
    knownMs: 15_000,
    startBytes: 600_000,
    recordMs: 30,
    recordBytes: 2_600,
    vanishMs: 4_000,
    idleBytesPerSecond: 1_500,
  },
};

/** Of the whole daemon that knows 5,000 others. */
export const MEMORY_TARGET_BYTES = 200e6;

/** Weave mesh at its last commit (2019-11), all routers in one process; n=100 did not end in 420 s. */
export const WEAVE: Readonly<Record<number, Figures>> = {
  30: { knownMs: 1_700, linkedMs: 2_500, startBytes: 1_500_000, startCpuMs: 130 },
  60: {
    knownMs: 48_600,
    linkedMs: 130_000,
    startBytes: 56_000_000,
    startCpuMs: 4_300,
    idleBytesPerSecond: 240_000,
  },
};
