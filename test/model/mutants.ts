/**
 * Mistakes in the rules of ownership, each with the runs within which the checker must find it: one
 * that is not found says that the checker is too weak to prove anything. The first ten are those of
 * the model check that the design rests on; those in test/model are mistakes of the peer around the
 * core (what is on disk when, whom the arbiter elects), which the model has in the core's place.
 */
import type { Mistake } from '../support/mistake.ts';

export interface Mutant extends Mistake {
  readonly runsMax: number;
  /** Found within seconds: also by `npm test`. */
  readonly isQuick: boolean;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'identity reused',
    file: 'test/model/life-steps.ts',
    text: 'machine.joining?.identity ?? world.newIdentity();',
    replacement: 'machine.joining?.identity ?? replaced ?? world.newIdentity();',
    runsMax: 5_000,
    isQuick: true,
  },
  {
    name: 'publish before fsync',
    file: 'test/model/process.ts',
    text: 'const { epoch, state } = this.disk;',
    replacement: 'const { epoch } = this.disk;\n    const { state } = this;',
    runsMax: 5_000,
    isQuick: true,
  },
  {
    name: 'no counter',
    file: 'peer/ipam/acceptance.ts',
    text: 'to === self && n > after && n <= GRANT_COUNT_MAX,\n  );\n  ours.sort((a, b) => a.n - b.n);\n  return ours.filter(({ n }, i) => n === after + 1 + i);',
    replacement: 'to === self && n <= GRANT_COUNT_MAX && after >= 0,\n  );\n  return ours;',
    runsMax: 5_000,
    isQuick: true,
  },
  {
    name: 'reclaim without all views',
    file: 'peer/ipam/census.ts',
    text: "if (older.length > 0) return { type: 'waiting', for: older };",
    replacement: '',
    runsMax: 20_000,
    isQuick: true,
  },
  {
    name: 'no cut check',
    file: 'peer/ipam/census.ts',
    text: "if (behind.length > 0) return { type: 'waiting', for: behind };",
    replacement: '',
    runsMax: 100_000,
    isQuick: false,
  },
  {
    name: 'joiner skips the list',
    file: 'test/model/life-steps.ts',
    text: "{ type: 'set-view', view },",
    replacement:
      "{ type: 'set-view', view: { ...view, members: new Map(world.identities.map(({ id }) => [id, ''])) } },",
    runsMax: 200_000,
    isQuick: false,
  },
  {
    name: 'two executors',
    file: 'test/model/registry.ts',
    text: 'const isOver = this.#executor === undefined || this.#executor.isRemoved;',
    replacement: 'const isOver = true;',
    runsMax: 5_000,
    isQuick: true,
  },
  {
    name: 'view not persisted',
    file: 'test/model/life-steps.ts',
    text: 'const process = new Process(machine, disk, { isOpen: false, universe });',
    replacement:
      'const process = new Process(machine, disk, { isOpen: false, universe });\n  process.state = { ...process.state, view: disk.firstState.view };',
    runsMax: 200_000,
    isQuick: false,
  },
  {
    name: 'rollback undetected',
    file: 'test/model/gate-steps.ts',
    text: 'if (said !== undefined && isOlder(process, said)) {',
    replacement: 'if (said === null) {',
    runsMax: 20_000,
    isQuick: true,
  },
  {
    name: 'later registrants ignored',
    file: 'peer/ipam/census.ts',
    text: "if (latecomers.length > 0) return { type: 'relist', for: latecomers };",
    replacement: '',
    runsMax: 200_000,
    isQuick: false,
  },
  {
    name: 'more cleared than accepted',
    file: 'peer/ipam/custody.ts',
    text: 'const cleared = Math.min(shown, counterparty.granted);',
    replacement: 'const cleared = shown > 0 ? counterparty.granted : 0;',
    runsMax: 5_000,
    isQuick: true,
  },
  {
    name: 'pending grants reclaimed',
    file: 'peer/ipam/census.ts',
    text: 'return [...hold, ...pending.map(({ block }) => block)];',
    replacement: 'return pending.length > 0 ? hold : [...hold];',
    runsMax: 5_000,
    isQuick: true,
  },
  {
    name: 'removed givers allowed',
    file: 'peer/ipam/custody.ts',
    text: 'return view.members.has(peer) || registeredRev > view.rev;',
    replacement: 'return view.members.has(peer) || registeredRev > 0n;',
    runsMax: 5_000,
    isQuick: true,
  },
  {
    name: 'adopted list ends no grant',
    file: 'peer/ipam/custody.ts',
    text: '({ to, registeredRev }) => isGone(to) || !allows(adopted, to, registeredRev),',
    replacement: '({ to, registeredRev }) => isGone(to) && allows(adopted, to, registeredRev),',
    runsMax: 5_000,
    isQuick: true,
  },
  {
    name: 'adopted list ends grants to joiners',
    file: 'peer/ipam/custody.ts',
    text: '({ to, registeredRev }) => isGone(to) || !allows(adopted, to, registeredRev),',
    replacement: '({ to }) => !view.members.has(to),',
    runsMax: 100_000,
    isQuick: false,
  },
  {
    name: 'adopted list forgets counts of joiners',
    file: 'peer/ipam/custody.ts',
    text: '!view.members.has(peer) && (state.view.members.has(peer) || isRemoved(peer));',
    replacement: '!view.members.has(peer);',
    runsMax: 100_000,
    isQuick: false,
  },
  {
    name: 'executor with a list from before',
    file: 'test/model/reclaim-steps.ts',
    text: 'if (electedRev === undefined || state.view.rev < electedRev) return;',
    replacement: 'if (electedRev === undefined) return;',
    runsMax: 200_000,
    isQuick: false,
  },
  {
    name: 'newer views counted',
    file: 'peer/ipam/census.ts',
    text: "if (newer.length > 0) return { type: 'relist', for: newer };",
    replacement: '',
    runsMax: 1_000_000,
    isQuick: false,
  },
  {
    name: 'founder ignored',
    file: 'peer/ipam/census.ts',
    text: 'const given = new Set([founder]);',
    replacement: 'const given = new Set([founder].slice(1));',
    runsMax: 200_000,
    isQuick: false,
  },
  {
    name: 'unknown counts as removed',
    file: 'peer/ipam/census.ts',
    text: 'if (gone?.has(peer) === true) return false;',
    replacement: 'if (record === undefined && gone !== undefined) return false;',
    runsMax: 1_000_000,
    isQuick: false,
  },
  {
    name: 'list adopted before the gate',
    file: 'test/model/custody-steps.ts',
    text: 'if (!process.isOpen) return;\n  const isRemoved',
    replacement: 'const isRemoved',
    runsMax: 200_000,
    isQuick: false,
  },
  {
    name: 'copy undetected',
    file: 'test/model/gate-steps.ts',
    text: 'if (!isOnlyCopy(world, process)) return fence',
    replacement: 'if (process.isOpen) return fence',
    runsMax: 20_000,
    isQuick: true,
  },
  {
    name: 'publish before genesis',
    file: 'test/model/custody-steps.ts',
    text: 'const isMember = state.founder !== undefined && state.view.members.has(process.id);',
    replacement: 'const isMember = state.view.members.has(process.id);',
    runsMax: 200_000,
    isQuick: false,
  },
  {
    name: 'rollback of grants undetected',
    file: 'peer/ipam/rollback.ts',
    text: 'shown.granted > counted.granted ||',
    replacement: '',
    runsMax: 50_000,
    isQuick: false,
  },
  {
    name: 'carried-over addresses are not published',
    file: 'peer/ipam/claims.ts',
    text: '.slice(0, CARRIED_OVER_MAX)',
    replacement: '.slice(0, 0)',
    runsMax: 200_000,
    isQuick: false,
  },
];
