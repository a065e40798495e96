/**
 * The registry as a fold over one log: an entry of the log is a batch, its index is the revision.
 * Pure; who decides what comes into the log is the adapter's (solo.ts, seeds/).
 */
import { unreachable } from '../assert.ts';
import type { View } from '../ipam/custody-state.ts';
import type { PeerId } from '../mesh/peer-id.ts';

export interface Registration {
  readonly type: 'register';
  readonly name: string;
  readonly id: PeerId;
  /** Whose the name has to be; undefined: nobody's. */
  readonly replaces: PeerId | undefined;
}

export type Entry =
  | { readonly type: 'genesis'; readonly founder: PeerId }
  | Registration
  | { readonly type: 'remove'; readonly name: string; readonly id: PeerId }
  | { readonly type: 'executor'; readonly id: PeerId };

/** Entries that are decided at once, so that many registrations cost one decision. */
export type Batch = readonly Entry[];

/** More entries wait for the next batch: keeps one decision within a message and a disk write. */
export const BATCH_ENTRIES_MAX = 256;

export interface Registry {
  /** How many batches were applied. */
  readonly rev: bigint;
  readonly founder: PeerId | undefined;
  readonly executor: PeerId | undefined;
  readonly members: ReadonlyMap<PeerId, string>;
  readonly identities: ReadonlyMap<string, PeerId>;
  /** Every identity that ever registered: none does it twice, however late a request comes. */
  readonly registered: ReadonlySet<PeerId>;
}

export const EMPTY_REGISTRY: Registry = {
  rev: 0n,
  founder: undefined,
  executor: undefined,
  members: new Map(),
  identities: new Map(),
  registered: new Set(),
};

/** Whether the entry would change anything: what was done already is not proposed again. */
export function changes(registry: Registry, entry: Entry): boolean {
  switch (entry.type) {
    case 'genesis':
      return registry.founder === undefined;
    case 'register':
      return (
        !registry.registered.has(entry.id) && registry.identities.get(entry.name) === entry.replaces
      );
    case 'remove':
      return registry.identities.get(entry.name) === entry.id;
    case 'executor':
      return registry.executor === undefined && registry.members.has(entry.id);
    default:
      return unreachable(entry);
  }
}

/** The registry after the next batch of the log. */
export function applyBatch(registry: Registry, batch: Batch): Registry {
  const next = {
    ...registry,
    rev: registry.rev + 1n,
    members: new Map(registry.members),
    identities: new Map(registry.identities),
    registered: new Set(registry.registered),
  };
  for (const entry of batch) if (changes(next, entry)) applyEntry(next, entry);
  return next;
}

/** Why the name is not the identity's, after its registration was tried; undefined if it is. */
export function describeRefusal(
  { identities, registered }: Registry,
  { name, id, replaces }: Registration,
): string | undefined {
  const holder = identities.get(name);
  if (holder === id) return undefined;
  const nameIs = `the name "${name}" is ${holder ?? 'nobody'}'s`;
  if (registered.has(id)) {
    return `${nameIs}, and ${id}, which was a member, can't be one again: start with a new identity`;
  }
  return `${nameIs} and not ${replaces ?? 'nobody'}'s, as ${id} took it to be: ask for the list again`;
}

export function viewOf({ rev, members }: Registry): View {
  return { rev, members };
}

interface Draft {
  founder: PeerId | undefined;
  executor: PeerId | undefined;
  readonly members: Map<PeerId, string>;
  readonly identities: Map<string, PeerId>;
  readonly registered: Set<PeerId>;
}

function applyEntry(draft: Draft, entry: Entry): void {
  switch (entry.type) {
    case 'genesis':
      draft.founder = entry.founder;
      return;
    case 'register':
      removeIdentity(draft, draft.identities.get(entry.name));
      draft.identities.set(entry.name, entry.id);
      draft.members.set(entry.id, entry.name);
      draft.registered.add(entry.id);
      return;
    case 'remove':
      removeIdentity(draft, entry.id);
      draft.identities.delete(entry.name);
      return;
    case 'executor':
      draft.executor = entry.id;
      return;
    default:
      unreachable(entry);
  }
}

function removeIdentity(draft: Draft, id: PeerId | undefined): void {
  if (id === undefined) return;
  draft.members.delete(id);
  if (draft.executor === id) draft.executor = undefined;
}
