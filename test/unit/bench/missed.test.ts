/** Which targets of the benchmarks are told as missed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeMissed } from '../../../bench/missed.ts';
import { summarizeRuns } from '../../../bench/mesh/run.ts';
import type { SimulationResult } from '../../../bench/simulation-section.ts';

const ORIGIN = { measuredAt: '', commit: '', node: '', kernel: '', cpu: '', cores: 2 };
const CLEAR: SimulationResult = { ...ORIGIN, speed: [], spread: [], start: [] };

function startOf(peers: number, linkedMs: number) {
  const start = { knownMs: 10, linkedMs, bytes: 1_000, cpuMs: 10 };
  return summarizeRuns(peers, [{ start }]);
}

describe('the targets that are missed', () => {
  it('are those that the median does not reach, with both figures', () => {
    const [, lines] = describeMissed(
      { weft: [startOf(30, 1_001), startOf(60, 1_999)] },
      {
        ...CLEAR,
        speed: [{ peers: 9, events: 1, eventsPerSecond: 299_999, cpuSeconds: 1, gigabytes: 1 }],
      },
    );
    assert.match(
      lines ?? '',
      /30 peers, start: and all links are up\*\*: 1\.00 s, target ≤ 1\.00 s/,
    );
    assert.match(lines ?? '', /the simulator, 9 peers\*\*: 299999 events\/s/);
    assert.doesNotMatch(lines ?? '', /60 peers/);
  });

  it('are told to be none only when none is', () => {
    assert.equal(describeMissed({ weft: [startOf(30, 999)] }, CLEAR).at(-1), 'None.');
  });
});
