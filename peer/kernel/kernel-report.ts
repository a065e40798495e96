/**
 * How the kernel stands, as the reconciler tells it; a part of the peer's report. Fields are only
 * added, as there.
 */

export interface KernelReport {
  /** The last pass over the kernel left it as wanted. */
  readonly inSync: boolean;
  /** Differences found that we did not make, since the start, by kind of object. */
  readonly drift: Readonly<Record<string, number>>;
  /** What the kernel refused, with its reason. */
  readonly failures: readonly string[];
  /** What we changed since the start, by kind of object. A start that adopts all changes nothing. */
  readonly changes?: Readonly<Record<string, number>>;
  /** How many of the changes were made by the first pass: what the start itself did. */
  readonly firstPassChanges?: number;
  /** Passes over the kernel since the start. */
  readonly passes?: number;
  /** Host ends that attachments name and the kernel does not have: their pods are not wired. */
  readonly missingInterfaces?: readonly string[];
}

/** What our nftables table adds to the report. */
export type RulesetReport = Required<
  Pick<KernelReport, 'inSync' | 'drift' | 'failures' | 'changes'>
>;

/** Both as one kernel. */
export function withRuleset(kernel: KernelReport, ruleset: RulesetReport): KernelReport {
  return {
    ...kernel,
    inSync: kernel.inSync && ruleset.inSync,
    drift: { ...kernel.drift, ...ruleset.drift },
    failures: [...kernel.failures, ...ruleset.failures],
    changes: { ...kernel.changes, ...ruleset.changes },
  };
}
