/** Leases in memory, with etcd's revisions, and with everything that can go wrong on the way there. */
import assert from 'node:assert/strict';
import { ArbiterUnavailable } from '#peer/arbiter/arbiter.ts';
import type {
  Lease,
  LeaseDraft,
  LeaseList,
  LeaseStore,
  NodeReference,
} from '#peer/arbiter/kubernetes/lease-store.ts';

export type Operation = keyof LeaseStore;

/** Runs around one operation; does it by calling `act`, or not. */
export type Fault = <T>(act: () => Promise<T>) => Promise<T>;

/** What is behind all clients: copy it, and put it back, to restore a backup. */
export interface LeaseTable {
  readonly rev: bigint;
  readonly leases: ReadonlyMap<string, Lease>;
}

export class MemoryLeaseStore implements LeaseStore {
  readonly owners = new Map<string, NodeReference>();
  readonly asked: Operation[] = [];
  table: LeaseTable = { rev: 1n, leases: new Map() };
  readonly #faults: { readonly operation: Operation; readonly fault: Fault }[] = [];
  /** Comes before any operation that has no fault of its own. */
  #interference: () => void | Promise<void> = () => {};

  /** The next such operation goes so; several wait in order. */
  onNext(operation: Operation, fault: Fault): void {
    this.#faults.push({ operation, fault });
  }

  interfere(interference: () => void | Promise<void>): void {
    this.#interference = interference;
  }

  /** A change that is none of the arbiter's, as all of Kubernetes makes them. */
  grow(): void {
    this.table = { ...this.table, rev: this.table.rev + 1n };
  }

  put({ name, holder, node, retired, marks }: Omit<LeaseDraft, 'owner'>): void {
    const before = this.table.leases.get(name);
    this.#set({ ...before, name, holder, node, retired, marks: marks ?? before?.marks });
  }

  /** As an operator does: `kubectl annotate lease NAME weft/accepted=PLACE`. */
  accept(name: string, accepted: string | undefined): void {
    const lease = this.table.leases.get(name);
    assert.ok(lease !== undefined);
    this.#set({ ...lease, accepted });
  }

  delete(name: string): void {
    const leases = [...this.table.leases].filter(([other]) => other !== name);
    this.table = { rev: this.table.rev + 1n, leases: new Map(leases) };
  }

  get(name: string): Promise<Lease | undefined> {
    return this.#act('get', () => this.table.leases.get(name));
  }

  create(draft: LeaseDraft): Promise<boolean> {
    return this.#act('create', () => {
      if (this.table.leases.has(draft.name)) return false;
      return this.#write(draft);
    });
  }

  update(draft: LeaseDraft, resourceVersion: string): Promise<boolean> {
    return this.#act('update', () => {
      if (this.table.leases.get(draft.name)?.resourceVersion !== resourceVersion) return false;
      return this.#write(draft);
    });
  }

  list(): Promise<LeaseList> {
    return this.#act('list', () => ({
      rev: this.table.rev,
      leases: [...this.table.leases.values()],
    }));
  }

  revision(): Promise<bigint> {
    return this.#act('revision', () => this.table.rev);
  }

  #set(lease: Omit<Lease, 'resourceVersion'>): void {
    const rev = this.table.rev + 1n;
    const changed = { ...lease, resourceVersion: String(rev) };
    this.table = { rev, leases: new Map([...this.table.leases, [lease.name, changed]]) };
  }

  #write(draft: LeaseDraft): boolean {
    if (draft.owner !== undefined) this.owners.set(draft.name, draft.owner);
    this.put(draft);
    return true;
  }

  async #act<T>(operation: Operation, act: () => T): Promise<T> {
    this.asked.push(operation);
    const at = this.#faults.findIndex((fault) => fault.operation === operation);
    const [found] = at < 0 ? [] : this.#faults.splice(at, 1);
    if (found !== undefined) return await found.fault(async () => act());
    await this.#interference();
    return act();
  }
}

export const noAnswer: Fault = () => Promise.reject(unanswered());

/** The store does it, and its answer is lost. */
export const answerLost: Fault = async (act) => {
  await act();
  throw unanswered();
};

function unanswered(): ArbiterUnavailable {
  return new ArbiterUnavailable('no answer', { reachable: [] });
}
