/** What is read off the tools of containerd. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseRunningTasks } from '../../kubernetes/cluster/containerd.ts';

it('of the tasks of containerd, those count that run', () => {
  const table = `TASK      PID      STATUS
4f2a      26130    RUNNING
9c01      0        STOPPED
`;
  assert.deepEqual(parseRunningTasks(table), ['4f2a']);
});
