/** The reconciler on the real kernel: it hears of changes, repairs them, and counts them rightly. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createReconciler, type Reconciler } from '#peer/kernel/reconciler.ts';
import type { OverlayInput } from '#peer/overlay/input.ts';
import { createNamespace } from '#test/support/namespace.ts';
import { attachPod, makeNodes, type OverlayNode, ping } from '#test/support/overlay-nodes.ts';

const SILENT = { info: () => undefined, warn: () => undefined };

interface Running extends AsyncDisposable {
  readonly reconciler: Reconciler;
  input: OverlayInput;
  /** What the timer would do, now; resolves when the pass that it may have asked for is done. */
  poll(): Promise<void>;
}

/** A reconciler whose timer the test turns by hand. */
function run(node: OverlayNode): Running {
  let tick: (() => void) | undefined;
  const running: Running = {
    input: node.input,
    reconciler: createReconciler({
      kernel: node.kernel,
      input: () => running.input,
      log: SILENT,
      every: (_, run) => {
        tick = run;
        return () => undefined;
      },
    }),
    poll: async () => {
      tick?.();
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
    },
    [Symbol.asyncDispose]: () => running.reconciler.stop(),
  };
  return running;
}

/**
 * Without IPv6 addresses: the kernel finishes making one in its own time, and tells of it then, so
 * that with them nobody knows when it has become quiet.
 */
function withoutIpv6({ local, ...rest }: OverlayInput): OverlayInput {
  return { ...rest, local: { ...local, overlay: local.overlay.slice(0, 1) } };
}

const DELETIONS = [
  { kind: 'route', command: 'ip route del 10.32.2.0/24', drift: { route: 1 } },
  { kind: 'neighbour', command: 'ip neigh del 10.32.2.1 dev weft0', drift: { neighbour: 1 } },
  { kind: 'fdb', command: 'bridge fdb del 02:00:00:00:00:02 dev weft0', drift: { fdb: 1 } },
  {
    kind: 'address',
    command: 'ip -6 addr del fd32:1::1/128 dev weft0',
    drift: { address: 1, route: 1 },
  },
  {
    kind: 'device',
    command: 'ip link del weft0',
    drift: { device: 1, sysctl: 3, address: 2, neighbour: 2, fdb: 1, route: 2 },
  },
] as const;

for (const { kind, command, drift } of DELETIONS) {
  test(`a deleted ${kind} is noticed by its notification, repaired and counted`, () =>
    makeNodes(4, async ([a, b]) => {
      await using left = run(a);
      await using right = run(b);
      await Promise.all([left, right].map(({ reconciler }) => reconciler.converge()));
      await a.namespace.exec('sh', '-c', command);
      await left.poll();
      assert.deepEqual(left.reconciler.status().drift, drift);
      assert.equal(left.reconciler.status().inSync, true);
      await ping(a.namespace, '10.32.2.1');
      await ping(a.namespace, 'fd32:2::1');
    }));
}

test('its own changes keep it busy for one more look at most', () =>
  makeNodes(4, async ([a]) => {
    await using left = run(a);
    left.input = withoutIpv6(a.input);
    await left.reconciler.converge();
    await left.poll();
    const { passes } = left.reconciler.status();
    for (let i = 0; i < 3; i++) await left.poll();
    assert.equal(left.reconciler.status().passes, passes);
    assert.deepEqual(left.reconciler.status().drift, {});
  }));

test('changes that are not ours wake nobody', () =>
  makeNodes(4, async ([a]) => {
    await using left = run(a);
    left.input = withoutIpv6(a.input);
    await left.reconciler.converge();
    await left.poll();
    const { passes } = left.reconciler.status();
    await a.namespace.exec('ip', 'route', 'add', '10.99.0.0/16', 'via', '192.0.2.2');
    await a.namespace.exec(
      'ip',
      'neigh',
      'add',
      '192.0.2.77',
      'lladdr',
      '02:00:00:00:00:77',
      'dev',
      'eth0',
    );
    await a.namespace.exec('ip', 'addr', 'add', '10.98.0.1/24', 'dev', 'eth0');
    await left.poll();
    assert.equal(left.reconciler.status().passes, passes);
  }));

test('another process of the same peer adopts the kernel, changes nothing and counts no drift', () =>
  makeNodes(4, async ([a]) => {
    await using pod = await createNamespace();
    const input = await attachPod(a, pod, 1);
    const first = run(a);
    first.input = input;
    await first.reconciler.converge();
    await first.reconciler.stop();
    const before = await a.namespace.exec('sh', '-c', 'ip -d addr; ip neigh; bridge fdb; ip route');
    await using second = run(a);
    second.input = { ...input, remotes: [], settled: false };
    await second.reconciler.converge();
    second.input = input;
    await second.reconciler.converge();
    const { changes, drift, firstPassChanges } = second.reconciler.status();
    assert.deepEqual([changes, drift, firstPassChanges], [{}, {}, 0]);
    assert.equal(
      await a.namespace.exec('sh', '-c', 'ip -d addr; ip neigh; bridge fdb; ip route'),
      before,
    );
  }));

test('a pod comes and goes without drift, and what it needs is there when converge resolves', () =>
  makeNodes(4, async ([a]) => {
    await using pod = await createNamespace();
    await using left = run(a);
    await left.reconciler.converge();
    for (let round = 0; round < 2; round++) {
      left.input = await attachPod(a, pod, 1);
      await left.reconciler.converge();
      await ping(pod, '10.32.1.1');
      await a.namespace.exec('ip', 'link', 'del', 'weft-pod1');
      if (round > 0) left.input = a.input;
      await left.poll();
    }
    assert.deepEqual(left.reconciler.status().drift, {});
    assert.deepEqual(left.reconciler.status().missingInterfaces, []);
  }));

test('a UDP port that somebody else has is told with the reason of the kernel, and tried again', () =>
  makeNodes(4, async ([a]) => {
    await a.namespace.exec(
      'ip',
      'link',
      'add',
      'other',
      'type',
      'vxlan',
      'id',
      '6784',
      'dstport',
      '6784',
      'local',
      '192.0.2.1',
    );
    await using left = run(a);
    await left.reconciler.converge();
    assert.match(
      left.reconciler.status().failures[0] ?? '',
      /^create device weft0: EEXIST \(file already exists\): A VXLAN device with/,
    );
    assert.match(left.reconciler.failuresOn('weft0')[0] ?? '', /there is no interface weft0/);
  }));
