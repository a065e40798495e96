/** The plan: what it takes from any state to the desired one, in an order that never black-holes. */
import assert from 'node:assert/strict';
import test from 'node:test';
import * as fc from 'fast-check';
import { formatCidr } from '#peer/ipam/cidr.ts';
import { desiredState } from '#peer/overlay/desired-state.ts';
import type { OverlayInput } from '#peer/overlay/input.ts';
import {
  deviceOf,
  type KernelObject,
  keyOf,
  type KernelState,
  kernelState,
} from '#peer/overlay/kernel-state.ts';
import {
  type Change,
  missingInterfaces,
  type Operation,
  planChanges,
  possibleState,
} from '#peer/overlay/plan.ts';
import { applyTo } from '#test/support/fake-kernel.ts';
import {
  arbitraryInput,
  blocksOf,
  buildAttachment,
  buildInput,
  buildRemote,
} from '#test/support/overlay-inputs.ts';

/** A kernel that has what the input wants, with those host ends of which `exists` is true. */
function kernelOf(
  input: OverlayInput,
  exists: (name: string) => boolean = () => true,
): KernelState {
  const objects = [...desiredState(input).values()];
  const ipv6: KernelObject = { kind: 'sysctl', name: 'net/ipv6/conf/all/forwarding', value: '0' };
  return kernelState([...objects.filter((it) => exists(deviceOf(it) ?? '')), ipv6]);
}

function plan(input: OverlayInput, observed: KernelState): readonly Operation[] {
  return planChanges({ ...input, desired: desiredState(input), observed });
}

function keysOf(operations: readonly Operation[]): readonly string[] {
  return operations.map(({ action, key }) => `${action} ${key}`);
}

/** Applies the operation, and takes away what the kernel takes away along with it. */
function applyAsKernel(objects: Map<string, KernelObject>, operation: Operation): void {
  if (operation.action === 'recreate') {
    deleteWhere(objects, goesWithDevice);
    for (const [key, object] of objects) objects.set(key, withoutSource(object));
  }
  if (operation.action === 'change' && hasNewMac(operation)) {
    deleteWhere(objects, (it) => it.kind === 'neighbour' && it.device === 'weft0');
  }
  applyTo(objects, operation);
}

function goesWithDevice(object: KernelObject): boolean {
  const hasSource = object.kind === 'route' && object.source?.family === 4;
  return deviceOf(object) === 'weft0' || hasSource;
}

/** An IPv6 route outlives the address that it has for its source, and loses it. */
function withoutSource(object: KernelObject): KernelObject {
  if (object.kind !== 'route') return object;
  const { source: _, ...rest } = object;
  return rest;
}

function hasNewMac({ object, before }: Change): boolean {
  return object.kind === 'device' && before.kind === 'device' && object.mac !== before.mac;
}

function deleteWhere(
  objects: Map<string, KernelObject>,
  isGone: (object: KernelObject) => boolean,
): void {
  for (const [key, object] of objects) if (isGone(object)) objects.delete(key);
}

/** Without those that are never removed: they stay where nobody wants them any more. */
function removableOf(state: KernelState): KernelState {
  const kept = [...state].filter(([, { kind }]) => kind !== 'host-interface' && kind !== 'sysctl');
  return new Map(kept.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Host ends that exist are those of `hostEnds`. */
function checkPlan(before: OverlayInput, wish: OverlayInput, hostEnds: readonly string[]): void {
  const input = { ...wish, settled: true };
  const isThere = (name: string): boolean => !name.startsWith('weft-') || hostEnds.includes(name);
  const observed = kernelOf(before, isThere);
  const objects = new Map(observed);
  for (const operation of plan(input, observed)) applyAsKernel(objects, operation);
  const after = kernelState(objects.values());
  const wanted = possibleState(desiredState(input), observed);
  assert.deepEqual(removableOf(after), removableOf(wanted));
  for (const [key, object] of wanted) assert.deepEqual(after.get(key), object);
  assert.deepEqual(keysOf(plan(input, after)), []);
}

test('applied to any earlier state, a settled plan yields exactly what is desired', () => {
  const present = fc.subarray([2, 3, 4, 5, 6].map((number) => `weft-pod${number}`));
  fc.assert(fc.property(arbitraryInput, arbitraryInput, present, checkPlan), { numRuns: 500 });
});

test('a plan touches nothing but what is desired now or was observed as ours', () => {
  fc.assert(
    fc.property(arbitraryInput, arbitraryInput, (before, input) => {
      const observed = kernelOf(before);
      for (const operation of plan(input, observed)) {
        if (operation.action === 'remove') assert(observed.has(operation.key));
        else assert.deepEqual(desiredState(input).get(operation.key), operation.object);
        assert.equal(
          operation.key,
          keyOf(operation.action === 'remove' ? operation.before : operation.object),
        );
      }
    }),
  );
});

test('additions never come after removals, and routes never before what they need', () => {
  const order = ['device', 'sysctl', 'address', 'host-interface', 'neighbour', 'fdb', 'route'];
  fc.assert(
    fc.property(arbitraryInput, arbitraryInput, (before, input) => {
      const ranks = plan(input, kernelOf(before)).map(({ action, kind }) =>
        action === 'remove' ? 2 * order.length - order.indexOf(kind) : order.indexOf(kind),
      );
      assert.deepEqual(
        ranks,
        ranks.toSorted((a, b) => a - b),
      );
    }),
  );
});

test('before the directory is settled nothing is removed', () => {
  fc.assert(
    fc.property(arbitraryInput, arbitraryInput, (before, input) => {
      const operations = plan({ ...input, settled: false }, kernelOf(before));
      assert.deepEqual(
        operations.filter(({ action }) => action === 'remove'),
        [],
      );
    }),
  );
});

test('what leads to a VTEP that is awaited is left alone, and all else goes', () => {
  const [awaited, gone] = [buildRemote(2), buildRemote(3)];
  const observed = kernelOf(buildInput({ remotes: [awaited, gone] }));
  const isAwaited = (mac: string): boolean => mac === awaited.vtep.mac;
  const input = buildInput({ remotes: [], isAwaited });
  const objects = new Map(observed);
  for (const operation of plan(input, observed)) applyAsKernel(objects, operation);
  const left = kernelOf(buildInput({ remotes: [awaited] }));
  assert.deepEqual(removableOf(kernelState(objects.values())), removableOf(left));
});

test('a route goes whose gateway is of somebody else now, who is known', () => {
  const awaited = buildRemote(2);
  const { overlay } = awaited.vtep;
  const blocks = blocksOf(['10.32.2.0/25', 'fd32:2::/80']);
  const heir = { ...buildRemote(3), vtep: { ...buildRemote(3).vtep, overlay }, blocks };
  const observed = kernelOf(buildInput({ remotes: [awaited] }));
  const isAwaited = (mac: string): boolean => mac === awaited.vtep.mac;
  const removed = keysOf(plan(buildInput({ remotes: [heir], isAwaited }), observed));
  for (const { cidr } of awaited.blocks)
    assert.ok(removed.some((it) => it.startsWith(`remove route ${formatCidr(cidr)}`)));
});

test('a start that finds all as it left it plans nothing, even before it knows the others', () => {
  const input = buildInput({
    remotes: [buildRemote(2), buildRemote(3)],
    attachments: [buildAttachment(2)],
  });
  const observed = kernelState([...desiredState(input).values()]);
  assert.deepEqual(plan(input, observed), []);
  assert.deepEqual(plan({ ...input, remotes: [], settled: false }, observed), []);
});

test('what sits on a host end that does not exist is left out and told', () => {
  const input = buildInput({ attachments: [buildAttachment(2), buildAttachment(3)] });
  const observed = kernelOf(input, (name) => name !== 'weft-pod3');
  assert.deepEqual(missingInterfaces(desiredState(input), observed), ['weft-pod3']);
  assert.deepEqual(
    keysOf(plan(input, observed)).filter((key) => key.includes('pod3')),
    [],
  );
});

test('a route whose gateway changes is changed in place', () => {
  const before = buildInput({ remotes: [buildRemote(2), buildRemote(3)] });
  const moved = { ...buildRemote(3), blocks: [2, 3].flatMap((n) => buildRemote(n).blocks) };
  const after = buildInput({ remotes: [{ ...buildRemote(2), blocks: [] }, moved] });
  assert.deepEqual(keysOf(plan(after, kernelState(desiredState(before).values()))), [
    'change route 10.32.2.0/24 metric 0',
    'change route fd32:2::/64 metric 1024',
    'remove neighbour 10.32.2.1 dev weft0',
    'remove neighbour fd32:2::1 dev weft0',
  ]);
});

test('a device of another VNI is made anew, and all on it with it', () => {
  const input = buildInput({ remotes: [buildRemote(2)] });
  const old = { ...input, local: { ...input.local, vni: 1 } };
  const actions = keysOf(plan(input, kernelState(desiredState(old).values())));
  assert.equal(actions[0], 'recreate device weft0');
  assert(actions.includes('create fdb 02:00:00:00:00:02'));
  assert(actions.includes('create route 10.32.2.0/24 metric 0'));
  assert(!actions.includes('create route 10.32.1.0/24 metric 1000000'));
});

test('a kernel without IPv6 is not asked to refuse routers', () => {
  const { local, holdings } = buildInput();
  const input = buildInput({
    local: { ...local, overlay: local.overlay.slice(0, 1) },
    holdings: holdings.slice(0, 1),
  });
  assert.deepEqual(
    keysOf(plan(input, new Map())).filter((key) => key.includes('ipv6')),
    [],
  );
});
