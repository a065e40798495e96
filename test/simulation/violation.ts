/** Something happened in a simulated world that may not: which invariant, and how. */
export class Violation extends Error {
  override readonly name = 'Violation';
  /** As docs/SIMULATOR.md names it. */
  readonly invariant: string;

  constructor(invariant: string, message: string) {
    super(message);
    this.invariant = invariant;
  }
}

/** Throws a Violation unless the condition holds; `describe` is only called for that. */
export function hold(invariant: string, condition: boolean, describe: () => string): void {
  if (!condition) throw new Violation(invariant, describe());
}
