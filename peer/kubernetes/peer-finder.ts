/**
 * Looks up other peers by their Nodes until gossip has brought the rest. When to look and how often
 * is decided here, whom to look up in choose-nodes.ts.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { View } from '../ipam/custody-state.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import type { Endpoint } from '../mesh/record.ts';
import type { ApiClient } from './api-client.ts';
import { isRefusal } from './ask.ts';
import { type BackoffBounds, backoffMs } from '../backoff.ts';
import { chooseNodes } from './choose-nodes.ts';
import { readNode } from './node.ts';
import { StartObstacle } from './obstacle.ts';

/** A peer that is there answers a dial within the first second; who is away is not asked for often. */
const LOOK_BACKOFF: BackoffBounds = { leastMs: 1_000, mostMs: 60_000 };
/** Looking whether somebody is missing asks nobody: it only compares what this peer knows. */
const SATISFIED_LOOK_MS = 5_000;

export interface PeerFinderOptions {
  readonly api: ApiClient;
  readonly self: { readonly peer: PeerId; readonly name: string };
  /** Where the others accept links: the same port as ours. */
  readonly controlPort: number;
  /** The newest list of members that this peer has adopted. */
  readonly view: () => View;
  readonly knows: (peer: PeerId) => boolean;
  readonly hasLinks: () => boolean;
  /** Told where others may accept links. */
  readonly onFound: (endpoints: readonly Endpoint[]) => void;
  /** Told why nobody could be looked up, and undefined when it goes again. */
  readonly onProblem: (problem: string | undefined) => void;
  readonly random: () => number;
  readonly signal: AbortSignal;
}

export class PeerFinder {
  readonly #options: PeerFinderOptions;
  #listed: View = { rev: 0n, members: new Map() };
  #wake = new AbortController();
  #looks = 0;

  constructor(options: PeerFinderOptions) {
    this.#options = options;
  }

  /** A list of the arbiter's, also before this peer is a member itself. */
  listed(view: View): void {
    const known = this.#members();
    if (view.rev > this.#listed.rev) this.#listed = view;
    if ([...view.members.keys()].every((peer) => known.has(peer))) return;
    this.#looks = 0;
    this.#wake.abort();
  }

  /** Looks until the signal says so; resolves then. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      this.#wake = new AbortController();
      const waitMs = await this.#look();
      const ended = AbortSignal.any([signal, this.#wake.signal]);
      await delay(waitMs, undefined, { signal: ended }).catch(() => undefined);
    }
  }

  /** Resolves to when to look again, in milliseconds. */
  async #look(): Promise<number> {
    const { self, knows, hasLinks, random, onProblem } = this.#options;
    const members = this.#members();
    const names = chooseNodes({ self, members, knows, hasLinks: hasLinks() }, random);
    if (names.length === 0) {
      this.#looks = 0;
      onProblem(undefined);
      return SATISFIED_LOOK_MS;
    }
    const problems = await Promise.all(names.map((name) => this.#lookUp(name)));
    onProblem(problems.find((problem) => problem !== undefined));
    return backoffMs(this.#looks++, LOOK_BACKOFF, random);
  }

  /** Resolves to why the Node could not be read; one that is not there any more is no problem. */
  async #lookUp(name: string): Promise<string | undefined> {
    const { api, controlPort, onFound, signal } = this.#options;
    try {
      const { addresses } = await readNode(api, name, signal);
      onFound(addresses.map((address) => ({ address, port: controlPort })));
      return undefined;
    } catch (error) {
      if (signal.aborted || isRefusal(error, 404)) return undefined;
      if (!(error instanceof StartObstacle)) throw error;
      return `other peers can't be looked up: ${error.message}`;
    }
  }

  #members(): View['members'] {
    const adopted = this.#options.view();
    return adopted.rev > this.#listed.rev ? adopted.members : this.#listed.members;
  }
}
