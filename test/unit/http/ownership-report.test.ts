/** What the report says of reclaim: by names, and whether the executor can do it. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { reportReclaim } from '#peer/http/ownership-report.ts';
import { testIdentity } from '#test/support/records.ts';

const [executor, nameless] = [testIdentity(4).id, testIdentity(5).id];
const nameOf = (peer: string): string => (peer === executor ? 'node4' : '');

it('the executor is told by name, and whether it is down', () => {
  const state = { type: 'left-to-executor', executor } as const;
  const up = { state: state.type, waitsFor: [], executor, executorName: 'node4' };
  assert.deepEqual(reportReclaim(state, nameOf, new Set()), { ...up, isExecutorDown: false });
  assert.deepEqual(reportReclaim(state, nameOf, new Set([executor])), {
    ...up,
    isExecutorDown: true,
  });
  const unknown = reportReclaim({ ...state, executor: undefined }, nameOf, new Set());
  assert.deepEqual(unknown, { state: state.type, waitsFor: [] });
});

it('who has no name is told by its id', () => {
  const state = { type: 'waiting', for: [executor, nameless] } as const;
  const report = reportReclaim(state, nameOf, new Set());
  assert.deepEqual(report, { state: 'waiting', waitsFor: ['node4', nameless] });
});
