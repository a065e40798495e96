/** Signatures only, so that others can build against them; the body follows. */
import { unreachable } from '../assert.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import type { Attachment, AttachmentKey } from './attachment.ts';
import type { Address, Cidr } from './cidr.ts';
import type { Custody, View } from './custody-state.ts';
import type { Durable } from './durable.ts';
import type * as outcome from './outcomes.ts';

export interface IpamOptions {
  readonly self: PeerId;
  /** At most one range of each family. */
  readonly universe: readonly Cidr[];
  readonly durable: Durable;
  /** Monotonic, milliseconds, as everywhere here. */
  readonly now: number;
}

export interface IpamApi {
  phase(): outcome.Phase;
  allocate(now: number, request: outcome.AllocateRequest): outcome.AllocateOutcome;
  allocateVtep(now: number): outcome.VtepOutcome;
  release(now: number, key: AttachmentKey): outcome.ReleaseOutcome;
  attachments(): readonly Attachment[];
  find(key: AttachmentKey): Attachment | undefined;
  vtep(): readonly Address[];
  grant(now: number, request: outcome.GrantRequest): outcome.GrantOutcome;
  look(now: number, peers: ReadonlyMap<PeerId, Custody>): outcome.LookOutcome;
  adoptView(view: View): outcome.AdoptOutcome;
  view(): View;
  allows(peer: PeerId, registeredRev: bigint): boolean;
  register(view: View): outcome.RegisterOutcome;
  found(founder: PeerId): outcome.FoundOutcome;
  needs(peers: ReadonlyMap<PeerId, Custody>): readonly outcome.Need[];
  chooseDonors(
    need: outcome.Need,
    peers: ReadonlyMap<PeerId, Custody>,
    random: () => number,
  ): readonly PeerId[];
  custody(): Custody;
  holdings(): readonly outcome.Holding[];
}

/** Throws UniverseChanged when the durable state lies outside the universe. */
export const createIpam: (options: IpamOptions) => IpamApi = () => unreachable(undefined as never);
