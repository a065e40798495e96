/** The figures of several runs in one, and as rows of a table. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HEADER, describe as describeSummary, rowsOf } from '../../../bench/mesh/rows.ts';
import { type RunFigures, summarizeRuns } from '../../../bench/mesh/run.ts';

const start = (knownMs: number): RunFigures['start'] => ({
  knownMs,
  linkedMs: 2 * knownMs,
  bytes: 1_000,
  cpuMs: 10,
});
const inMs = (value: number): string => `${value} ms`;
const LATE: RunFigures['start'] = { limitMs: 300_000, leastKnown: 40 };

describe('the figures of several runs', () => {
  it('are the median, the least and the most, of all measurements of all runs', () => {
    const runs = [
      { start: start(300), record: { lastMs: [5, 1], bytes: 7 } },
      { start: start(100), record: { lastMs: [3], bytes: 9 } },
      { start: start(200) },
    ];
    const { knownMs, recordMs } = summarizeRuns(30, runs);
    assert.deepEqual(knownMs, { median: 200, least: 100, most: 300, samples: 3 });
    assert.deepEqual(recordMs, { median: 3, least: 1, most: 5, samples: 3 });
  });

  it('leave out what no run has measured', () => {
    const summary = summarizeRuns(30, [{ start: start(1) }]);
    assert.equal('vanishMs' in summary, false);
    assert.equal('notStarted' in summary, false);
  });

  it('tell of runs that did not start, and take the others for the median', () => {
    const summary = summarizeRuns(30, [{ start: LATE }, { start: start(100) }]);
    assert.deepEqual(summary.notStarted, { runs: 1, limitMs: 300_000, known: 40 });
    assert.equal(summary.knownMs?.samples, 1);
  });
});

describe('the rows of a size', () => {
  const ours = summarizeRuns(30, [{ start: start(500) }]);

  it('have a cell for each column, with the target beside what was measured', () => {
    const rows = rowsOf(ours, summarizeRuns(30, [{ start: start(61_800) }]));
    for (const row of rows) assert.equal(row.length, HEADER.length);
    const linked = rows.find(([title]) => title === 'start: and all links are up');
    assert.deepEqual(linked?.slice(1, 4), ['1.00 s', '≤ 1.00 s', '124 s']);
  });

  it('say of a rival that did not start how far it came', () => {
    const [known] = rowsOf(ours, summarizeRuns(30, [{ start: LATE }]));
    assert.equal(known?.[3], 'not in 300 s: one knew 40');
  });

  it('tell the spread only of several measurements', () => {
    const one = { median: 2, least: 2, most: 2, samples: 1 };
    assert.equal(describeSummary(one, inMs), '2 ms');
    assert.equal(describeSummary({ ...one, least: 1, samples: 2 }, inMs), '2 ms (1 ms to 2 ms)');
  });
});
