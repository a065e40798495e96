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
    name: 'identity reused after its state was lost',
    file: 'test/model/life-steps.ts',
    text: 'machine.joining?.identity ?? world.newIdentity();',
    replacement: 'machine.joining?.identity ?? replaced ?? world.newIdentity();',
    runsMax: 5_000,
    isQuick: true,
  },
  {
    name: 'published before it is on disk',
    file: 'test/model/process.ts',
    text: 'const { epoch, state } = this.disk;',
    replacement: 'const { epoch } = this.disk;\n    const { state } = this;',
    runsMax: 5_000,
    isQuick: true,
  },
  {
    name: 'no counter: what was accepted once is accepted again',
    file: 'peer/ipam/acceptance.ts',
    text: 'to === self && n > after && n <= GRANT_COUNT_MAX,\n  );\n  ours.sort((a, b) => a.n - b.n);\n  return ours.filter(({ n }, i) => n === after + 1 + i);',
    replacement: 'to === self && n <= GRANT_COUNT_MAX && after >= 0,\n  );\n  return ours;',
    runsMax: 5_000,
    isQuick: true,
  },
  {
    name: 'reclaim without the list of all members',
    file: 'peer/ipam/census.ts',
    text: "if (older.length > 0) return { type: 'waiting', for: older };",
    replacement: '',
    runsMax: 20_000,
    isQuick: true,
  },
  {
    name: 'reclaim without a consistent cut',
    file: 'peer/ipam/census.ts',
    text: "if (behind.length > 0) return { type: 'waiting', for: behind };",
    replacement: '',
    runsMax: 100_000,
    isQuick: false,
  },
  {
    name: 'a joiner does not read the list, and takes all there are for members',
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
    name: 'the list does not outlive the process',
    file: 'test/model/life-steps.ts',
    text: 'const process = new Process(machine, disk, { isOpen: false });',
    replacement:
      'const process = new Process(machine, disk, { isOpen: false });\n  process.state = { ...process.state, view: disk.firstState.view };',
    runsMax: 200_000,
    isQuick: false,
  },
  {
    name: 'a disk that was rolled back is not found out',
    file: 'test/model/gate-steps.ts',
    text: 'if (said !== undefined && isOlder(process, said)) {',
    replacement: 'if (said === null) {',
    runsMax: 20_000,
    isQuick: true,
  },
  {
    name: 'census ignores who registered after its list',
    file: 'peer/ipam/census.ts',
    text: "if (strangers.length > 0) return { type: 'relist', for: strangers };",
    replacement: '',
    runsMax: 200_000,
    isQuick: false,
  },
  {
    name: 'more is cleared than was accepted',
    file: 'peer/ipam/custody.ts',
    text: 'const cleared = Math.min(shown, counterparty.granted);',
    replacement: 'const cleared = shown > 0 ? counterparty.granted : 0;',
    runsMax: 5_000,
    isQuick: true,
  },
  {
    name: 'reclaim of what is on its way',
    file: 'peer/ipam/census.ts',
    text: 'return [...hold, ...pending.map(({ block }) => block)];',
    replacement: 'return pending.length > 0 ? hold : [...hold];',
    runsMax: 5_000,
    isQuick: true,
  },
  {
    name: 'grants of removed peers are accepted',
    file: 'peer/ipam/custody.ts',
    text: 'return view.members.has(peer) || registeredRev > view.rev;',
    replacement: 'return view.members.has(peer) || registeredRev > 0n;',
    runsMax: 5_000,
    isQuick: true,
  },
  {
    name: 'a list that is adopted leaves grants to removed peers pending',
    file: 'peer/ipam/custody.ts',
    text: '({ to, registeredRev }) => isGone(to) || !allows(adopted, to, registeredRev),',
    replacement: '({ to, registeredRev }) => isGone(to) && allows(adopted, to, registeredRev),',
    runsMax: 5_000,
    isQuick: true,
  },
  {
    name: 'a list that is adopted takes back grants to those who registered after it',
    file: 'peer/ipam/custody.ts',
    text: '({ to, registeredRev }) => isGone(to) || !allows(adopted, to, registeredRev),',
    replacement: '({ to }) => !view.members.has(to),',
    runsMax: 100_000,
    isQuick: false,
  },
  {
    name: 'counts of those who registered after the list are forgotten',
    file: 'peer/ipam/custody.ts',
    text: '!view.members.has(peer) && (state.view.members.has(peer) || isRemoved(peer));',
    replacement: '!view.members.has(peer);',
    runsMax: 100_000,
    isQuick: false,
  },
  {
    name: "the executor's list is from before its election",
    file: 'test/model/reclaim-steps.ts',
    text: 'if (electedRev === undefined || state.view.rev < electedRev) return;',
    replacement: 'if (electedRev === undefined) return;',
    runsMax: 200_000,
    isQuick: false,
  },
  {
    name: 'census over records of members with a newer list',
    file: 'peer/ipam/census.ts',
    text: "if (newer.length > 0) return { type: 'relist', for: newer };",
    replacement: '',
    runsMax: 200_000,
    isQuick: false,
  },
  {
    name: 'census does not ask where the founder is',
    file: 'peer/ipam/census.ts',
    text: 'const given = new Set([founder]);',
    replacement: 'const given = new Set([founder].slice(1));',
    runsMax: 200_000,
    isQuick: false,
  },
  {
    name: 'census takes who has no record for removed',
    file: 'peer/ipam/census.ts',
    text: 'return record === undefined ? gone?.has(peer) !== true : record.registeredRev > view.rev;',
    replacement:
      'return record === undefined ? gone === undefined : record.registeredRev > view.rev;',
    runsMax: 1_000_000,
    isQuick: false,
  },
  {
    name: 'a list is adopted before the gate is open',
    file: 'test/model/custody-steps.ts',
    text: 'if (!process.isOpen) return;\n  const isRemoved',
    replacement: 'const isRemoved',
    runsMax: 200_000,
    isQuick: false,
  },
  {
    name: 'a copy does not look for the other',
    file: 'test/model/gate-steps.ts',
    text: 'if (!isOnlyCopy(world, process)) return fence',
    replacement: 'if (process.isOpen) return fence',
    runsMax: 20_000,
    isQuick: true,
  },
  {
    name: 'published before it is known who founded',
    file: 'test/model/custody-steps.ts',
    text: 'const isMember = state.founder !== undefined && state.view.members.has(process.id);',
    replacement: 'const isMember = state.view.members.has(process.id);',
    runsMax: 200_000,
    isQuick: false,
  },
  {
    name: 'an older disk is found out by members of its own list only',
    file: 'test/model/gate-steps.ts',
    text: 'isBehind(custodyOf(state), custody, () => true);',
    replacement: 'isBehind(custodyOf(state), custody, (peer) => state.view.members.has(peer));',
    runsMax: 50_000,
    isQuick: false,
  },
];
