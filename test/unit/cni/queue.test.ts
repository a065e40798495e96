/** The queue of DELs: done in order, kept when they fail, set aside when they can't be read. */
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { drainQueue } from '../../../peer/cni/queue.ts';
import type { Invocation } from '../../../plugin/invocation.ts';
import { MemoryContext } from '../../support/plugin-context.ts';
import { helloPayload } from '../../support/plugin-hello.ts';
import { createScratchDirectory } from '../../support/plugin-launcher.ts';

const { log } = new MemoryContext({ addressesOf: () => [] });

function queued(containerId: string, more: Record<string, string> = {}): Uint8Array {
  return helloPayload({
    environment: {
      CNI_COMMAND: 'DEL',
      CNI_CONTAINERID: containerId,
      CNI_IFNAME: 'eth0',
      CNI_PATH: '/opt/cni/bin',
      ...more,
    },
    config: '{"cniVersion":"1.0.0","name":"pods"}',
  });
}

function handleWith(exitCodeOf: (containerId: string) => number) {
  const seen: string[] = [];
  const handle = ({ environment }: Invocation) => {
    const containerId = environment.get('CNI_CONTAINERID') ?? '';
    seen.push(containerId);
    return Promise.resolve({ exitCode: exitCodeOf(containerId), stdout: '' });
  };
  return { seen, handle };
}

it('a queue that was never made is empty', async () => {
  const { handle } = handleWith(() => 0);
  const outcome = await drainQueue({ directory: '/nonexistent/queue', handle, log });
  assert.deepEqual(outcome, { done: 0, kept: 0, setAside: 0 });
});

it('DELs are done in the order in which they came; one that fails stays', async () => {
  using scratch = createScratchDirectory();
  const directory = scratch.path;
  for (const n of [3, 1, 2]) writeFileSync(join(directory, `del-000${n}-77`), queued(`c${n}`));
  const { seen, handle } = handleWith((id) => (id === 'c2' ? 1 : 0));
  assert.deepEqual(await drainQueue({ directory, handle, log }), { done: 2, kept: 1, setAside: 0 });
  assert.deepEqual(seen, ['c1', 'c2', 'c3']);
  assert.deepEqual(readdirSync(directory), ['del-0002-77']);
});

it('a file that can never be done is set aside, with its content, and is not tried again', async () => {
  using scratch = createScratchDirectory();
  const directory = scratch.path;
  writeFileSync(join(directory, 'del-1-1'), 'garbage');
  writeFileSync(join(directory, 'del-2-1'), queued('c1', { CNI_COMMAND: 'ADD', CNI_NETNS: '/x' }));
  writeFileSync(join(directory, 'del-3-1'), queued('c1').subarray(0, -5));
  writeFileSync(join(directory, 'unfinished-9'), 'half');
  const { seen, handle } = handleWith(() => 0);
  assert.deepEqual(await drainQueue({ directory, handle, log }), { done: 0, kept: 0, setAside: 3 });
  assert.deepEqual(await drainQueue({ directory, handle, log }), { done: 0, kept: 0, setAside: 0 });
  assert.deepEqual(seen, []);
  const left = ['set-aside-del-1-1', 'set-aside-del-2-1', 'set-aside-del-3-1', 'unfinished-9'];
  assert.deepEqual(readdirSync(directory).sort(), left);
});
