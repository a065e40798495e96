/**
 * The arbiter on Leases of the Kubernetes API: one for the founder, one for the executor, one for
 * each node's identity, changed by compare-and-set, and one with the marks of their history. None is
 * ever renewed. Deleting a Node has Kubernetes delete the Lease that it owns, which removes that member.
 */
import { randomBytes } from 'node:crypto';
import type { View } from '../../ipam/custody-state.ts';
import type { ApiClient } from '../../kubernetes/api-client.ts';
import type { PeerId } from '../../mesh/peer-id.ts';
import { type Arbiter, ArbiterRefusal, ArbiterUnavailable } from '../arbiter.ts';
import type { Timing } from '../seeds/quorum.ts';
import { systemTiming } from '../seeds/system-timing.ts';
import { ApiLeaseStore } from './api-lease-store.ts';
import { History, type HistoryMemory, type HistoryOptions } from './history.ts';
import type { Lease, LeaseContent, LeaseDraft, LeaseStore, NodeReference } from './lease-store.ts';
import { HISTORY, type Marks, appendMark, isMarked, newestMark, readMarks } from './marks.ts';
import {
  EXECUTOR,
  GENESIS,
  isOfRegistry,
  leaseNameOf,
  membersIn,
  planRegistration,
  planRemoval,
  readHolder,
} from './registration.ts';

/** Writes to one Lease that others may be faster with. Each loses to one that won, so few are enough. */
export const ATTEMPTS_MAX = 10;

/** The wait after a lost write is drawn below this, which doubles each time up to BACKOFF_MS_MAX. */
const BACKOFF_MS_MIN = 10;
const BACKOFF_MS_MAX = 500;

export interface LeaseArbiterOptions extends HistoryOptions {
  readonly store: LeaseStore;
  /** That this peer runs on: it owns the Lease that is registered under its name. */
  readonly node: NodeReference;
  readonly timing: Timing;
}

/** A list, and a mark that was made after all that is in it. */
interface MarkedView {
  readonly view: View;
  readonly mark: bigint;
}

/** What a Lease has to become; undefined: it is so already. */
type Plan = (
  lease: Lease | undefined,
) => LeaseContent | undefined | Promise<LeaseContent | undefined>;

export function openLeaseArbiter(options: {
  readonly api: ApiClient;
  readonly namespace: string;
  readonly node: NodeReference;
  readonly memory: HistoryMemory;
}): Arbiter {
  const { api, namespace, node, memory } = options;
  const timing = systemTiming;
  const store = new ApiLeaseStore({ api, namespace, timing });
  return new LeaseArbiter({ store, node, memory, timing, token: drawToken, now: nowMs });
}

function nowMs(): number {
  return performance.now();
}

function drawToken(): bigint {
  return randomBytes(8).readBigUInt64BE();
}

/**
 * All methods throw ArbiterUnavailable, whose message says what to repair; `register` and `executor`
 * also ArbiterRefusal. A view's revision is the list's: it also grows with what is none of ours.
 */
export class LeaseArbiter implements Arbiter {
  readonly #store: LeaseStore;
  readonly #node: NodeReference;
  readonly #timing: Timing;
  readonly #memory: HistoryMemory;
  readonly #token: () => bigint;
  readonly #history: History;

  constructor({ store, node, memory, timing, token, now }: LeaseArbiterOptions) {
    this.#store = store;
    this.#node = node;
    this.#timing = timing;
    this.#memory = memory;
    this.#token = token;
    this.#history = new History({ memory, token, now });
  }

  async genesis(founder: PeerId): Promise<PeerId> {
    let answer = founder;
    await this.#settle(GENESIS, (lease) => {
      if (lease === undefined) return { holder: founder, node: undefined, retired: undefined };
      answer = readHolder(lease);
      return undefined;
    });
    return answer;
  }

  async register(name: string, id: PeerId, replaces?: PeerId): Promise<View> {
    const entry = { type: 'register', name, id, replaces } as const;
    await this.#settle(leaseNameOf(name), (lease) => planRegistration(lease, entry));
    const view = await this.list();
    if (view.members.get(id) === name) return view;
    throw new ArbiterRefusal(
      `${id} was registered as "${name}" and is no member any more: its Lease was changed or ` +
        'deleted meanwhile, as Kubernetes does when the Node is not the one that we know',
    );
  }

  async remove(name: string, id: PeerId): Promise<View> {
    const entry = { type: 'remove', name, id } as const;
    await this.#settle(leaseNameOf(name), (lease) => planRemoval(lease, entry));
    return await this.list();
  }

  async list(): Promise<View> {
    const { view, mark } = await this.#list();
    this.#memory.keep(mark);
    return view;
  }

  async executor(self: PeerId): Promise<PeerId> {
    let answer = self;
    await this.#settle(EXECUTOR, async (lease) => {
      // Listed after the Lease was read: a holder who is a member now was not replaced before.
      const { view } = await this.#list();
      const { members } = view;
      const holder = lease === undefined ? undefined : readHolder(lease);
      if (holder !== undefined && members.has(holder)) {
        answer = holder;
        return undefined;
      }
      if (members.has(self)) return { holder: self, node: undefined, retired: undefined };
      throw new ArbiterRefusal(`${self} is no member: it can't reclaim`);
    });
    return answer;
  }

  async #list(): Promise<MarkedView> {
    const { rev, leases, marks, members } = await this.#history.read(async () => {
      const { rev, leases } = await this.#store.list();
      const history = leases.find(({ name }) => name === HISTORY);
      if (history === undefined) await this.#createHistory();
      const marks = readMarks(history);
      const members = membersIn(leases);
      return { rev, leases, marks, members, listed: members };
    });
    const lacksSomebody = [...this.#memory.view().members.keys()].some((id) => !members.has(id));
    const isCovered = !lacksSomebody && isMarked(marks, leases.filter(isOfRegistry), rev);
    const mark = isCovered ? newestMark(marks) : await this.#appendMark(marks, rev);
    return { view: { rev, members }, mark };
  }

  /** Also where nothing is believed: its annotation is where an operator says that it may be. */
  async #createHistory(): Promise<void> {
    const empty = { holder: undefined, node: undefined, retired: undefined };
    await this.#store.create({ ...empty, name: HISTORY, owner: undefined });
  }

  /** A mark that was made after a list of that revision: ours, or of whoever was faster. */
  async #appendMark(listed: Marks, rev: bigint): Promise<bigint> {
    let mark = 0n;
    await this.#change(HISTORY, (lease) => {
      const marks = readMarks(lease);
      mark = newestMark(marks);
      if (mark > newestMark(listed)) return undefined;
      return appendMark(marks, { rev, token: this.#token() });
    });
    return mark;
  }

  /** Changes the Lease if this is the history that we know. */
  async #settle(name: string, plan: Plan): Promise<void> {
    await this.#history.read(async () => {
      const rev = await this.#store.revision();
      return { rev, marks: readMarks(await this.#store.get(HISTORY)), listed: undefined };
    });
    await this.#change(name, plan);
  }

  /** Changes the Lease until nothing is left to change, as read after the last write. */
  async #change(name: string, plan: Plan): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const lease = await this.#store.get(name);
      const content = await plan(lease);
      if (content === undefined) return;
      const isWritten = await this.#write(lease, { ...content, name, owner: this.#ownerOf(name) });
      if (!isWritten) await this.#backOff(attempt);
    }
    throw new ArbiterUnavailable(
      `others changed the Lease "${name}" ${ATTEMPTS_MAX} times while it was to be changed here`,
      { reachable: [] },
    );
  }

  #write(lease: Lease | undefined, draft: LeaseDraft): Promise<boolean> {
    if (lease === undefined) return this.#store.create(draft);
    return this.#store.update(draft, lease.resourceVersion);
  }

  #ownerOf(leaseName: string): NodeReference | undefined {
    return leaseName === leaseNameOf(this.#node.name) ? this.#node : undefined;
  }

  #backOff(attempt: number): Promise<void> {
    const limitMs = Math.min(BACKOFF_MS_MIN * 2 ** attempt, BACKOFF_MS_MAX);
    return this.#timing.sleep(this.#timing.random() * limitMs);
  }
}
