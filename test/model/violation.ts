/** What the oracle found: which invariant, and where. */
export interface Violation {
  /** By the names of docs/MODEL.md. */
  readonly invariant: string;
  readonly detail: string;
}
