/**
 * Mistakes that somebody might make in the code under test (or that the simulated node makes in its
 * place), each with the scenario that brings it to light within so many seeds.
 */
import type { Mistake } from '../support/mistake.ts';

export interface PlantedMistake extends Mistake {
  /** The scenario that brings it to light, and the seeds that this takes at most. */
  readonly scenario: string;
  readonly seedsMax: number;
  /** Found within a second or two: also by `npm test`. */
  readonly isQuick: boolean;
}

const MESH = 'peer/mesh';

export const MISTAKES: readonly PlantedMistake[] = [
  {
    name: 'a record is published before it is written',
    file: 'peer/core/core.ts',
    text: 'return this.#after(writes, [...publish, ...then]);',
    replacement: 'return [...publish, ...this.#after(writes, then)];',
    scenario: 'cold-start',
    seedsMax: 5,
    isQuick: true,
  },
  {
    name: 'a peer publishes before it knows that its disk is no older copy',
    file: 'peer/core/boot-gate.ts',
    text: "this.#stage = isNew ? 'open' : 'listening';",
    replacement: "this.#stage = isNew ? 'open' : 'published';",
    scenario: 'set-back',
    seedsMax: 300,
    isQuick: false,
  },
  {
    name: 'the boot gate is open at once',
    file: 'peer/core/boot-gate.ts',
    text: "this.#stage = isNew ? 'open' : 'listening';",
    replacement: "this.#stage = 'open';",
    scenario: 'set-back',
    seedsMax: 300,
    isQuick: false,
  },
  {
    name: 'the epoch does not grow at a restart',
    file: 'test/simulation/world.ts',
    text: 'peer.disk.epoch++;',
    replacement: 'peer.disk.epoch = 1;',
    scenario: 'crash',
    seedsMax: 5,
    isQuick: true,
  },
  {
    name: 'versions are compared by their seq alone',
    file: `${MESH}/record.ts`,
    text: 'return a.epoch - b.epoch || a.seq - b.seq;',
    replacement: 'return a.seq - b.seq;',
    scenario: 'crash',
    seedsMax: 10,
    isQuick: true,
  },
  {
    name: 'of two links each end keeps its own',
    file: `${MESH}/links.ts`,
    text: "const lower = this.#self < earlier.peer ? 'us' : 'them';",
    replacement: "const lower = 'us';",
    scenario: 'cold-start',
    seedsMax: 10,
    isQuick: true,
  },
  {
    name: 'digests are never exchanged',
    file: `${MESH}/limits.ts`,
    text: 'export const RECONCILES_MAX = 2;',
    replacement: 'export const RECONCILES_MAX = 0;',
    scenario: 'partition',
    seedsMax: 5,
    isQuick: true,
  },
  {
    name: "a record is counted into another bucket's digest",
    file: `${MESH}/directory.ts`,
    text: 'const bucket = bucketOf(peer);',
    replacement: 'const bucket = bucketOf(peer) ^ 1;',
    scenario: 'partition',
    seedsMax: 10,
    isQuick: false,
  },
  {
    name: 'redials end after some failures',
    file: `${MESH}/dials.ts`,
    text: 'return this.#random() * cap;',
    replacement: 'return attempts > 5 ? Number.POSITIVE_INFINITY : this.#random() * cap;',
    scenario: 'partition',
    seedsMax: 10,
    isQuick: true,
  },
  {
    name: 'silence closes no link',
    file: `${MESH}/limits.ts`,
    text: 'export const LINK_SILENCE_MS = 3_500;',
    replacement: 'export const LINK_SILENCE_MS = 3_500_000;',
    scenario: 'rack-loss',
    seedsMax: 10,
    isQuick: false,
  },
  {
    name: 'links that nobody wants stay',
    file: `${MESH}/links.ts`,
    text: 'if (link.unwantedSince === undefined || this.#self > link.peer)',
    replacement: 'if (link.peer !== undefined)',
    scenario: 'join',
    seedsMax: 10,
    isQuick: false,
  },
  {
    name: 'a congested link carries more than heartbeats',
    file: `${MESH}/flood.ts`,
    text: 'return !this.isCongested(effect.link);',
    replacement: 'return true;',
    scenario: 'slow-consumer',
    seedsMax: 150,
    isQuick: false,
  },
  {
    name: 'a notice of an earlier run is never superseded',
    file: `${MESH}/unreachable-notice.ts`,
    text: 'this.#isOwed = true;',
    replacement: 'this.#isOwed = false;',
    scenario: 'swarm',
    seedsMax: 100,
    isQuick: false,
  },
  {
    name: 'a notice is never taken back',
    file: `${MESH}/unreachable-notice.ts`,
    text: 'if (!this.#isOwed && isSame(down, told)) {',
    replacement: 'if (!this.#isOwed && (down.length === 0 || isSame(down, told))) {',
    scenario: 'rack-loss',
    seedsMax: 10,
    isQuick: false,
  },
  {
    name: 'no signature is checked',
    file: `${MESH}/intake.ts`,
    text: "if (!codec.verify(record)) return 'bad-signature';",
    replacement: '',
    scenario: 'poison',
    seedsMax: 20,
    isQuick: true,
  },
  {
    name: 'a pause of our own is the silence of others',
    file: `${MESH}/mesh.ts`,
    text: 'this.#links.forgive(now, lateMs);',
    replacement: '',
    scenario: 'pause',
    seedsMax: 20,
    isQuick: false,
  },
  {
    name: 'what is announced has no bound',
    file: `${MESH}/pulls.ts`,
    text: 'if (this.#pulls.size >= PULLS_MAX && !this.#makeRoom(source)) {',
    replacement: 'if (this.#pulls.size < 0) {',
    scenario: 'vain-announcer',
    seedsMax: 10,
    isQuick: true,
  },
];
