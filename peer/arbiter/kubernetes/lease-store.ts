/**
 * What the arbiter needs of a store of Leases: compare-and-set on one, and a list of all at one
 * revision. Says what has to hold of a store; api-lease-store.ts is the API server's.
 */

/** What of a Lease is ours, as the text that stands there. What it means: registration.ts. */
export interface LeaseContent {
  /** spec.holderIdentity. */
  readonly holder: string | undefined;
  /** Annotation weft/node. */
  readonly node: string | undefined;
  /** Annotation weft/retired. */
  readonly retired: string | undefined;
  /** Annotation weft/marks, of one Lease only; left as it is where it isn't given. */
  readonly marks?: string | undefined;
}

export interface Lease extends LeaseContent {
  readonly name: string;
  /** The store's revision at its last change. */
  readonly resourceVersion: string;
  /** Annotation weft/accepted, which only operators write. */
  readonly accepted?: string | undefined;
}

export interface LeaseDraft extends LeaseContent {
  readonly name: string;
  /** Whose end is the Lease's; undefined: as it was. */
  readonly owner: NodeReference | undefined;
}

/** A Node of Kubernetes: another one of the same name has another uid. */
export interface NodeReference {
  readonly name: string;
  readonly uid: string;
}

/** All Leases as they were at one moment after the question. */
export interface LeaseList {
  /** Grows with every change of anything in the store, and with nothing else. */
  readonly rev: bigint;
  readonly leases: readonly Lease[];
}

/**
 * Every answer counts all that was answered before the question. All methods throw
 * ArbiterUnavailable; a write that threw may have happened, or may yet happen.
 */
export interface LeaseStore {
  get(name: string): Promise<Lease | undefined>;
  /** False, and nothing changed, if there is one of that name. */
  create(draft: LeaseDraft): Promise<boolean>;
  /** False, and nothing changed, if it is another version's turn, or the Lease is gone. */
  update(draft: LeaseDraft, resourceVersion: string): Promise<boolean>;
  list(): Promise<LeaseList>;
  /** The revision that a list would have now, for less. */
  revision(): Promise<bigint>;
}
