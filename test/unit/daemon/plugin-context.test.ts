/** How the CNI handlers find an attachment that was carried over under its interface's name. */
import assert from 'node:assert/strict';
import { type TestContext, it } from 'node:test';
import { pino } from 'pino';
import { Counters } from '#peer/counters.ts';
import { Driver } from '#peer/daemon/driver.ts';
import { createPluginContext } from '#peer/daemon/plugin-context.ts';
import { type Attachment, foundKey } from '#peer/ipam/attachment.ts';
import { parseAddress } from '#peer/ipam/parse.ts';
import { hostInterfaceName } from '#plugin/pod-network.ts';
import { MemoryStore } from '../ipam/memory-store.ts';
import { Member } from '../core/member.ts';
import { idlePorts } from './idle-ports.ts';

const KEY = { containerId: 'c1', interfaceName: 'eth0' };
const OTHER = { containerId: 'c2', interfaceName: 'eth0' };
const hostInterface = hostInterfaceName(KEY);

const found: Attachment = {
  ...foundKey(hostInterface),
  addresses: [parseAddress('10.32.9.9')],
  hostInterface,
  podMac: '0a:58:0a:20:09:09',
  podName: '',
};

function prepare(t: TestContext) {
  const store = new MemoryStore();
  store.commit([{ type: 'add-attachment', attachment: found }]);
  const { core } = new Member(1, { store });
  const ports = { ...idlePorts, commit: store.commit.bind(store) };
  const driver = new Driver({ core, counters: new Counters(), now: () => 0, ports });
  t.after(() => driver.stop());
  const context = createPluginContext({
    core,
    driver,
    reconciler: { converge: async () => {}, failuresOn: () => [] },
    deleteHostInterface: async () => {},
    notReady: () => undefined,
    mtu: 1_450,
    log: pino({ level: 'silent' }),
  });
  return { store, context };
}

it('a runtime that knows its key finds what was found by its interface, under that key', (t) => {
  const { context } = prepare(t);
  assert.deepEqual(context.find(KEY), { ...found, ...KEY });
  assert.equal(context.find(OTHER), undefined);
});

it('its release frees the address, and that of another key does not', async (t) => {
  const { store, context } = prepare(t);
  await context.release(OTHER);
  assert.deepEqual(store.durable.attachments, [found]);
  await context.release(KEY);
  assert.deepEqual(store.durable.attachments, []);
  assert.deepEqual(store.durable.resting, found.addresses);
  await context.release(KEY);
});
