/** The reconciler on a kernel in memory: passes, drift, retries. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseAddress } from '#peer/ipam/parse.ts';
import { NetlinkError } from '#peer/kernel/netlink/message.ts';
import {
  createReconciler,
  FAILURES_REPORTED_MAX,
  FULL_PASS_MS,
  OPERATIONS_PER_TURN_MAX,
  type Reconciler,
} from '#peer/kernel/reconciler.ts';
import { RETRY_FIRST_MS } from '#peer/kernel/retry-schedule.ts';
import { desiredState } from '#peer/overlay/desired-state.ts';
import type { OverlayInput } from '#peer/overlay/input.ts';
import { type KernelObject, keyOf } from '#peer/overlay/kernel-state.ts';
import { FakeKernel } from '#test/support/fake-kernel.ts';
import { buildAttachment, buildInput, buildRemote } from '#test/support/overlay-inputs.ts';

const ROUTE = 'route 10.32.2.0/24 metric 0';
const NEIGHBOUR = 'neighbour 10.32.2.1 dev weft0';

/** A reconciler on a fake kernel, with a clock and a timer that stand still. */
class Bench {
  readonly kernel = new FakeKernel();
  readonly warnings: string[] = [];
  readonly reconciler: Reconciler;
  input: OverlayInput | undefined = buildInput({ remotes: [buildRemote(2)] });
  nowMs = 0;
  poll: () => void = () => undefined;

  constructor() {
    this.reconciler = createReconciler({
      kernel: this.kernel,
      input: () => this.input,
      log: { info: () => undefined, warn: (_, message) => void this.warnings.push(message) },
      nowMs: () => this.nowMs,
      every: (_, run) => {
        this.poll = run;
        return () => undefined;
      },
    });
    const ipv6: KernelObject = { kind: 'sysctl', name: 'net/ipv6/conf/all/forwarding', value: '0' };
    this.kernel.put(ipv6);
  }

  /** Lets a pass that the poll asked for run to its end, without asking for one. */
  async pollOnce(): Promise<void> {
    this.poll();
    await new Promise(setImmediate);
  }

  get passes(): number {
    return this.reconciler.status().passes ?? 0;
  }
}

function hostEnd(index: number): KernelObject {
  return { kind: 'host-interface', name: 'weft-pod2', up: true, index };
}

test('the first pass makes all that is missing, and counts it as changes, not as drift', async () => {
  const bench = new Bench();
  await bench.reconciler.converge();
  const { inSync, drift, changes, firstPassChanges } = bench.reconciler.status();
  assert.deepEqual([inSync, drift], [true, {}]);
  assert.deepEqual(changes, { device: 1, sysctl: 5, address: 2, neighbour: 2, fdb: 1, route: 4 });
  assert.equal(firstPassChanges, 15);
});

test('a start that finds the kernel as it was left changes nothing, settled or not', async () => {
  const bench = new Bench();
  for (const object of desiredState(buildInput({ remotes: [buildRemote(2)] })).values())
    bench.kernel.put(object);
  bench.input = buildInput({ settled: false });
  await bench.reconciler.converge();
  bench.input = buildInput({ remotes: [buildRemote(2)] });
  await bench.reconciler.converge();
  const { drift, changes, firstPassChanges } = bench.reconciler.status();
  assert.deepEqual([drift, changes, firstPassChanges], [{}, {}, 0]);
});

test('what the first pass has to change is no drift: nobody knows who made the difference', async () => {
  const bench = new Bench();
  for (const object of desiredState(buildInput({ remotes: [buildRemote(3)] })).values())
    bench.kernel.put(object);
  await bench.reconciler.converge();
  assert.deepEqual(bench.reconciler.status().drift, {});
});

test('an object that somebody deleted is made again and counted by kind', async () => {
  const bench = new Bench();
  await bench.reconciler.converge();
  bench.kernel.objects.delete(ROUTE);
  bench.kernel.objects.delete(NEIGHBOUR);
  await bench.reconciler.converge();
  assert(bench.kernel.objects.has(ROUTE));
  assert.deepEqual(bench.reconciler.status().drift, { neighbour: 1, route: 1 });
  await bench.reconciler.converge();
  assert.deepEqual(bench.reconciler.status().drift, { neighbour: 1, route: 1 });
});

test('an object of ours that nobody asked for is removed and counted', async () => {
  const bench = new Bench();
  await bench.reconciler.converge();
  bench.kernel.put({ kind: 'address', address: parseAddress('10.99.0.1'), prefixLength: 24 });
  await bench.reconciler.converge();
  assert.deepEqual(bench.reconciler.status().drift, { address: 1 });
});

test('what an earlier process left, and the directory does not confirm, goes without being drift', async () => {
  const bench = new Bench();
  for (const object of desiredState(buildInput({ remotes: [buildRemote(3)] })).values())
    bench.kernel.put(object);
  bench.input = buildInput({ settled: false });
  await bench.reconciler.converge();
  bench.input = buildInput();
  await bench.reconciler.converge();
  assert.equal(bench.kernel.objects.has('fdb 02:00:00:00:00:03'), false);
  assert.deepEqual(bench.reconciler.status().drift, {});
});

test('what we ourselves want otherwise is no drift, nor what the kernel takes away with it', async () => {
  const bench = new Bench();
  await bench.reconciler.converge();
  const { local } = buildInput();
  bench.input = buildInput({ remotes: [buildRemote(3)], local: { ...local, vni: 99 } });
  await bench.reconciler.converge();
  bench.input = buildInput({
    remotes: [buildRemote(3)],
    local: { ...local, vni: 99, mac: '02:00:00:00:00:31' },
  });
  await bench.reconciler.converge();
  assert.deepEqual(bench.reconciler.status().drift, {});
});

test('a pod that comes back on a host end of the same name is no drift', async () => {
  const bench = new Bench();
  bench.input = buildInput({ attachments: [buildAttachment(2)] });
  bench.kernel.put(hostEnd(7));
  await bench.reconciler.converge();
  for (const key of bench.kernel.objects.keys()) {
    if (key.includes('weft-pod2') || key.includes('102/')) bench.kernel.objects.delete(key);
  }
  bench.kernel.put(hostEnd(8));
  await bench.reconciler.converge();
  assert(bench.kernel.objects.has('neighbour 10.32.1.102 dev weft-pod2'));
  assert.deepEqual(bench.reconciler.status().drift, {});
});

test('a host end that does not exist is told, and is neither failure nor drift', async () => {
  const bench = new Bench();
  bench.input = buildInput({ attachments: [buildAttachment(2)] });
  await bench.reconciler.converge();
  const { inSync, failures, missingInterfaces } = bench.reconciler.status();
  assert.deepEqual([inSync, failures, missingInterfaces], [true, [], ['weft-pod2']]);
});

test('a refused change is reported with its reason and does not hold up the rest', async () => {
  const bench = new Bench();
  bench.kernel.refusals.set(ROUTE, 'EEXIST');
  await bench.reconciler.converge();
  assert.deepEqual(bench.reconciler.status().failures, [`create ${ROUTE}: EEXIST`]);
  assert.deepEqual(bench.reconciler.failuresOn('weft0'), [`create ${ROUTE}: EEXIST`]);
  assert.deepEqual(bench.reconciler.failuresOn('weft-pod2'), []);
  assert.equal(bench.reconciler.status().inSync, false);
  assert(bench.kernel.objects.has('route fd32:2::/64 metric 1024'));
});

test('a refused change waits twice as long each time, and is logged once', async () => {
  const bench = new Bench();
  bench.kernel.refusals.set(ROUTE, 'EEXIST');
  const attempts = () => bench.kernel.applied.flat().filter(({ key }) => key === ROUTE).length;
  await bench.reconciler.converge();
  for (const [atMs, expected] of [
    [RETRY_FIRST_MS - 1, 1],
    [RETRY_FIRST_MS, 2],
    [3 * RETRY_FIRST_MS - 1, 2],
    [3 * RETRY_FIRST_MS, 3],
  ] as const) {
    bench.nowMs = atMs;
    await bench.pollOnce();
    await bench.reconciler.converge();
    assert.equal(attempts(), expected, `at ${atMs} ms`);
  }
  assert.deepEqual(bench.warnings, ['the kernel refused a change']);
});

test('a failure is forgotten when the change succeeds, and counts no drift', async () => {
  const bench = new Bench();
  bench.kernel.refusals.set(ROUTE, 'EEXIST');
  await bench.reconciler.converge();
  bench.kernel.refusals.clear();
  bench.nowMs = RETRY_FIRST_MS;
  await bench.pollOnce();
  const { inSync, failures, drift } = bench.reconciler.status();
  assert.deepEqual([inSync, failures, drift], [true, [], {}]);
});

test('a new wish for a refused object is tried at once', async () => {
  const bench = new Bench();
  bench.kernel.refusals.set(ROUTE, 'EEXIST');
  await bench.reconciler.converge();
  bench.kernel.refusals.clear();
  const moved = { ...buildRemote(3), blocks: [2, 3].flatMap((n) => buildRemote(n).blocks) };
  bench.input = buildInput({ remotes: [moved] });
  await bench.reconciler.converge();
  assert(bench.kernel.objects.has(ROUTE));
});

test('more failures than a report names are counted in it', async () => {
  const bench = new Bench();
  const remotes = Array.from({ length: 30 }, (_, i) => buildRemote(i + 2));
  bench.input = buildInput({ remotes });
  for (const remote of remotes) bench.kernel.refusals.set(`fdb ${remote.vtep.mac}`, 'ENOBUFS');
  await bench.reconciler.converge();
  const { failures } = bench.reconciler.status();
  assert.equal(failures.length, FAILURES_REPORTED_MAX + 1);
  assert.equal(failures.at(-1), 'and 10 more');
});

test('a kernel that can not be read rejects who waits for it, and is tried again later', async () => {
  const bench = new Bench();
  bench.kernel.unreadable = new NetlinkError({ errno: 105, text: '' });
  await assert.rejects(bench.reconciler.converge(), /ENOBUFS/);
  assert.match(bench.reconciler.status().failures[0] ?? '', /could not be read: ENOBUFS/);
  bench.kernel.unreadable = undefined;
  bench.nowMs = RETRY_FIRST_MS;
  await bench.pollOnce();
  assert.deepEqual(
    [bench.reconciler.status().inSync, bench.reconciler.status().failures],
    [true, []],
  );
});

test('nothing is asked of the kernel while the peer does not know what it wants', async () => {
  const bench = new Bench();
  bench.input = undefined;
  await bench.reconciler.converge();
  assert.deepEqual(
    [bench.kernel.applied, bench.reconciler.status().inSync, bench.passes],
    [[], false, 0],
  );
});

test('requests of one moment share a pass, and those during a pass share the next', async () => {
  const bench = new Bench();
  await Promise.all([1, 2, 3].map(() => bench.reconciler.converge()));
  assert.equal(bench.passes, 1);
  const remotes = Array.from({ length: OPERATIONS_PER_TURN_MAX }, (_, i) => ({
    ...buildRemote(2),
    vtep: {
      ...buildRemote(2).vtep,
      mac: `02:02:00:00:0${i >> 8}:${(i & 255).toString(16).padStart(2, '0')}`,
    },
  }));
  bench.input = buildInput({ remotes });
  const first = bench.reconciler.converge();
  await new Promise<void>((resolve) => queueMicrotask(resolve));
  const during = [bench.reconciler.converge(), bench.reconciler.converge()];
  await Promise.all([first, ...during]);
  assert.equal(bench.passes, 3);
});

test('who asks again as soon as it was answered is answered again', async () => {
  const bench = new Bench();
  for (let i = 0; i < 5; i++) await bench.reconciler.converge();
  assert.equal(bench.passes, 5);
});

test('a poll makes a pass when there is news or a full pass is due, and else none', async () => {
  const bench = new Bench();
  await bench.reconciler.converge();
  await bench.pollOnce();
  assert.equal(bench.passes, 1);
  bench.kernel.hasNews = true;
  await bench.pollOnce();
  assert.equal(bench.passes, 2);
  bench.nowMs = FULL_PASS_MS;
  await bench.pollOnce();
  assert.equal(bench.passes, 3);
});

test('much work is done in turns, so that the process can do other things between', async () => {
  const bench = new Bench();
  const remotes = Array.from({ length: 1000 }, (_, i) => ({
    ...buildRemote(2),
    vtep: {
      ...buildRemote(2).vtep,
      mac: `02:02:00:00:0${i >> 8}:${(i & 255).toString(16).padStart(2, '0')}`,
    },
  }));
  bench.input = buildInput({ remotes });
  await bench.reconciler.converge();
  assert(bench.kernel.applied.length >= 2);
  assert(bench.kernel.applied.every(({ length }) => length <= OPERATIONS_PER_TURN_MAX));
});

test('stopping leaves the kernel as it is and answers who still waits', async () => {
  const bench = new Bench();
  await bench.reconciler.converge();
  const before = [...bench.kernel.objects.values()].map(keyOf);
  const waiting = assert.rejects(bench.reconciler.converge(), /stopped/);
  await bench.reconciler.stop();
  await waiting;
  await assert.rejects(bench.reconciler.converge(), /stopped/);
  assert.deepEqual([...bench.kernel.objects.values()].map(keyOf), before);
});
