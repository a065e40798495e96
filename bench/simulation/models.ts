/** The network and the processors that the benches simulate: the design's, so that figures compare. */
import type { Cpu } from '#test/simulation/cpu.ts';
import { LAN, type Network, between } from '#test/simulation/network.ts';

/** Three availability zones as measured between those of public clouds (mesh protocol, §2.3). */
const ZONES = 3;
const WITHIN_ZONE_MS = { least: 0.12, most: 0.27 };
const ACROSS_ZONES_MS = { least: 0.5, most: 1.1 };

export const THREE_ZONES: Network = {
  latencyMs: (from, to, random) =>
    between(from % ZONES === to % ZONES ? WITHIN_ZONE_MS : ACROSS_ZONES_MS, random),
  jitterMs: 0,
  bytesPerMs: LAN.bytesPerMs,
};

/** As in mesh protocol §2.3: 60 us to verify, 20 us to apply, nothing else. */
export const DESIGN_CPU: Cpu = { newRecordMs: 0.08, frameMs: 0, handshakeMs: 0 };

/** The same with the 125 us for a verification that were measured there. */
export const MEASURED_CPU: Cpu = { newRecordMs: 0.145, frameMs: 0, handshakeMs: 0 };
