/** A kernel in memory: takes operations at their word, and does what a test tells it to beside. */
import type { Kernel, OperationResult } from '#peer/kernel/kernel.ts';
import {
  type KernelObject,
  keyOf,
  type KernelState,
  kernelState,
} from '#peer/overlay/kernel-state.ts';
import type { Operation } from '#peer/overlay/plan.ts';

export class FakeKernel implements Kernel {
  readonly objects = new Map<string, KernelObject>();
  /** Reasons by key: what is to be refused. */
  readonly refusals = new Map<string, string>();
  /** Each portion of operations that was applied. */
  readonly applied: (readonly Operation[])[] = [];
  /** Thrown by the next observe. */
  unreadable: Error | undefined;
  hasNews = false;

  constructor(objects: Iterable<KernelObject> = []) {
    for (const object of objects) this.put(object);
  }

  put(object: KernelObject): void {
    this.objects.set(keyOf(object), object);
  }

  observe(): KernelState {
    if (this.unreadable) throw this.unreadable;
    return kernelState(this.objects.values());
  }

  apply(operations: readonly Operation[]): readonly OperationResult[] {
    this.applied.push(operations);
    return operations.map((operation) => {
      const error = this.refusals.get(operation.key);
      if (error === undefined) applyTo(this.objects, operation);
      return { operation, error };
    });
  }

  changed(): boolean {
    const { hasNews } = this;
    this.hasNews = false;
    return hasNews;
  }

  close(): void {}
}

/** What the operation says, done to a state. */
export function applyTo(objects: Map<string, KernelObject>, operation: Operation): void {
  if (operation.action === 'remove') objects.delete(operation.key);
  else objects.set(operation.key, operation.object);
}
