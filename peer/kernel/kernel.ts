/** The kernel as the reconciler sees it: one port, so that its logic is tested without root. */
import type { KernelState } from '../overlay/kernel-state.ts';
import type { Operation } from '../overlay/plan.ts';

export interface OperationResult {
  readonly operation: Operation;
  /** Undefined when it was done; otherwise the reason, for people. */
  readonly error: string | undefined;
}

export interface Kernel {
  /** What is ours now. Throws NetlinkError when the kernel can't be read. */
  observe(): KernelState;
  /** Does the operations in their order; one result each. A failed one stops no other. */
  apply(operations: readonly Operation[]): readonly OperationResult[];
  /** Has anything of ours changed since the last call that was not our doing? Cheap. */
  changed(): boolean;
  close(): void;
}
