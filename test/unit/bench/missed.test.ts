/** Which targets of the benchmarks are told as missed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type MeshFigures, describeMissed } from '../../../bench/missed.ts';
import { summarizeRuns } from '../../../bench/mesh/run.ts';
import type { SimulationResult } from '../../../bench/simulation-section.ts';

const ORIGIN = { measuredAt: '', commit: '', node: '', kernel: '', cpu: '', cores: 2 };
const ONE = { median: 1, least: 1, most: 1, samples: 1 };
const GRANT = { ...ORIGIN, targetMs: 50, grantMs: ONE };
const CHURN = {
  peers: 10,
  blocksMean: 2,
  blocksMost: 3,
  addressesHeldShare: 1,
  blocksReclaimed: 0,
  blocksReturned: 0,
  failedAllocations: 0,
};
const IPAM = {
  ...ORIGIN,
  inUse: 1,
  pairsTarget: 1,
  pairsPerSecond: ONE,
  hours: 24,
  blocksTarget: 4,
  blocksMostTarget: 80,
};
const CLEAR: SimulationResult = { ...ORIGIN, speed: [], spread: [], start: [] };

function startOf(peers: number, linkedMs: number) {
  const start = { knownMs: 10, linkedMs, bytes: 1_000, cpuMs: 10 };
  return summarizeRuns(peers, [{ start }]);
}

function missed(mesh: MeshFigures, simulation = CLEAR, churn = CHURN): string {
  const ipam = { ...IPAM, churn };
  return describeMissed({ mesh, ipam, grant: GRANT, simulation }).at(-1) ?? '';
}

describe('the targets that are missed', () => {
  it('are those that the median does not reach, with both figures', () => {
    const speed = { peers: 9, events: 1, eventsPerSecond: 299_999, cpuSeconds: 1, gigabytes: 1 };
    const lines = missed(
      { weft: [startOf(30, 1_001), startOf(60, 1_999)] },
      { ...CLEAR, speed: [speed] },
      { ...CHURN, addressesHeldShare: 0.857 },
    );
    assert.match(lines, /30 peers, start: and all links are up\*\*: 1\.00 s, target ≤ 1\.00 s/);
    assert.match(lines, /the simulator, 9 peers\*\*: 299999 events\/s/);
    assert.match(lines, /held by somebody in the end\*\*: 85\.70 %, target 100 %/);
    assert.doesNotMatch(lines, /60 peers/);
  });

  it('are told to be none only when none is', () => {
    assert.equal(missed({ weft: [startOf(30, 999)] }), 'None.');
  });
});
