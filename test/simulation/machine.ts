/** What a simulated peer runs: the daemon's whole core, or for the largest benches its mesh alone. */
import type { CoreEffect, CoreEvent } from '../../peer/core/core-event.ts';
import { Core } from '../../peer/core/core.ts';
import type { Cidr } from '../../peer/ipam/cidr.ts';
import type { Durable } from '../../peer/ipam/durable.ts';
import { Ipam } from '../../peer/ipam/ipam.ts';
import type { MeshEffect, MeshEvent } from '../../peer/mesh/effect.ts';
import { Mesh, type RecordCodec } from '../../peer/mesh/mesh.ts';
import type { PeerId } from '../../peer/mesh/peer-id.ts';
import type { Endpoint, PeerContent, Profile } from '../../peer/mesh/record.ts';
import { hashView } from '../../peer/wire/view-hash.ts';
import { EMPTY_CUSTODY } from '../support/records.ts';

export interface Machine {
  readonly mesh: Mesh;
  /** Undefined for a mesh alone. */
  readonly core: Core | undefined;
  step(now: number, event: CoreEvent): readonly CoreEffect[];
  start(now: number): readonly CoreEffect[];
  nextAt(): number;
}

export interface MachineOptions {
  readonly self: PeerId;
  readonly epoch: number;
  readonly instance: bigint;
  readonly codec: RecordCodec;
  readonly profile: Profile;
  readonly bootstrap: readonly Endpoint[];
  readonly linksMax: number;
  readonly random: () => number;
}

export interface CoreMachineOptions extends MachineOptions {
  readonly universe: readonly Cidr[];
  readonly durable: Durable;
  readonly now: number;
}

export function createCoreMachine(options: CoreMachineOptions): Machine {
  const core = new Core({ ...options, ipam: new Ipam({ ...options, hashView }) });
  return {
    core,
    mesh: core.mesh,
    step: (now, event) => core.step(now, event),
    start: (now) => core.start(now),
    nextAt: () => core.nextAt(),
  };
}

/** What an attacker runs: it links and hears as a mesh does, and answers no questions. */
export function createHostileMachine(
  options: MachineOptions,
  { content, isMute }: { readonly content: PeerContent; readonly isMute: boolean },
): Machine {
  const { codec, self } = options;
  const mesh = new Mesh({ ...options, members: (records) => records });
  const isPassedOn = (effect: MeshEffect): boolean => {
    if (!isMute || effect.type !== 'send' || effect.frame.type !== 'records') return true;
    return effect.frame.records.every((signed) => codec.parse(signed)?.peer === self);
  };
  const step = (now: number, event: MeshEvent) =>
    mesh.step(now, event).filter(isPassedOn) as readonly CoreEffect[];
  return {
    core: undefined,
    mesh,
    step: (now, event) => (isOfMesh(event) ? step(now, event) : []),
    start: (now) => step(now, { type: 'publish', content }),
    nextAt: () => mesh.nextAt(),
  };
}

function isOfMesh(event: CoreEvent): event is MeshEvent {
  return event.type !== 'space-asked' && event.type !== 'view-asked';
}

/** Everybody is a member, and nobody holds anything. */
export function createMeshMachine(options: MachineOptions): Machine {
  const mesh = new Mesh({ ...options, members: (records) => records });
  const { profile } = options;
  return {
    core: undefined,
    mesh,
    step: (now, event) => mesh.step(now, event as MeshEvent) as readonly CoreEffect[],
    start: (now) =>
      mesh.step(now, {
        type: 'publish',
        content: { type: 'peer', profile, custody: EMPTY_CUSTODY, instance: 0n },
      }) as readonly CoreEffect[],
    nextAt: () => mesh.nextAt(),
  };
}
