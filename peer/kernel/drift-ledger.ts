/**
 * Counts drift: differences between the kernel and what we want of it that we did not make.
 *
 * A difference is drift if the last pass left the object right and nobody has asked for anything
 * else of it since; or if an object of ours appeared that nobody asked for. So the first pass after
 * a start counts nothing: who made the differences it finds can't be known. Nor does it count what the
 * kernel takes away along with something that we change, nor what a new host end of the same name lacks.
 */
import {
  describeObject,
  deviceOf,
  type KernelState,
  type ObjectKind,
} from '../overlay/kernel-state.ts';
import { VXLAN_DEVICE } from '../overlay/names.ts';
import type { Operation } from '../overlay/plan.ts';
import type { OperationResult } from './kernel.ts';

/** What one pass saw and did. */
export interface FinishedPass {
  /** What can be of what is desired, by possibleState. */
  readonly possible: KernelState;
  readonly observed: KernelState;
  readonly results: readonly OperationResult[];
  /** Keys of operations that were put off after an earlier failure. */
  readonly deferred: ReadonlySet<string>;
}

interface Memory {
  /** Descriptions, by key, of what the pass left right. */
  readonly right: ReadonlyMap<string, string>;
  /** Keys of what was there, ours, not desired, and was left there. */
  readonly leftOver: ReadonlySet<string>;
  /** Index of each host end. */
  readonly hostEnds: ReadonlyMap<string, number>;
}

export class DriftLedger {
  readonly #counts = new Map<ObjectKind, number>();
  #memory: Memory | undefined;

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  /** Counts the drift among the operations that a pass is about to do; returns those that it is. */
  count(operations: readonly Operation[], observed: KernelState): readonly Operation[] {
    const memory = this.#memory;
    if (memory === undefined) return [];
    const hostEnds = hostEndIndices(observed);
    const ownUpheaval = operations.some(
      (operation) => operation.kind === 'device' && !isDrift(operation, memory),
    );
    const drift = operations.filter(
      (operation) =>
        isDrift(operation, memory) &&
        !(ownUpheaval && isCollateral(operation)) &&
        !isOfNewHostEnd(operation, { before: memory.hostEnds, now: hostEnds }),
    );
    for (const { kind } of drift) this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    return drift;
  }

  /** To be told of each pass when it is done. */
  remember({ possible, observed, results, deferred }: FinishedPass): void {
    const failed = results.filter(({ error }) => error !== undefined);
    const wrong = new Set([...deferred, ...failed.map(({ operation }) => operation.key)]);
    const removed = new Set(
      results
        .filter(({ operation, error }) => operation.action === 'remove' && error === undefined)
        .map(({ operation }) => operation.key),
    );
    const right = [...possible].filter(([key]) => !wrong.has(key));
    const leftOver = [...observed.keys()].filter((key) => !possible.has(key) && !removed.has(key));
    this.#memory = {
      right: new Map(right.map(([key, object]) => [key, describeObject(object)])),
      leftOver: new Set(leftOver),
      hostEnds: hostEndIndices(observed),
    };
  }
}

function isDrift(operation: Operation, { right, leftOver }: Memory): boolean {
  const { action, key } = operation;
  if (action === 'remove') return !right.has(key) && !leftOver.has(key);
  return right.get(key) === describeObject(operation.object);
}

/** Does it repair what goes with the VXLAN device: all on it, and routes from its addresses? */
function isCollateral(operation: Operation): boolean {
  if (operation.action === 'remove') return false;
  const { object } = operation;
  if (object.kind === 'route' && object.source !== undefined) return true;
  return object.kind !== 'device' && deviceOf(object) === VXLAN_DEVICE;
}

function isOfNewHostEnd(
  operation: Operation,
  { before, now }: { before: ReadonlyMap<string, number>; now: ReadonlyMap<string, number> },
): boolean {
  const device = deviceOf(operation.action === 'remove' ? operation.before : operation.object);
  return device !== undefined && now.has(device) && before.get(device) !== now.get(device);
}

function hostEndIndices(observed: KernelState): ReadonlyMap<string, number> {
  const indices = new Map<string, number>();
  for (const object of observed.values()) {
    if (object.kind === 'host-interface' && object.index !== undefined) {
      indices.set(object.name, object.index);
    }
  }
  return indices;
}
