/** Signatures only, so that others can build against them; the body follows. */
import { unreachable } from '../assert.ts';
import type { Durable } from '../ipam/durable.ts';
import type { Write } from '../ipam/writes.ts';
import type { PeerId } from '../mesh/peer-id.ts';

/** What the state belongs to. */
export interface Binding {
  readonly cluster: string;
  readonly nodeName: string;
  readonly machineId: string;
}

export interface Identity {
  /** Ed25519 private key, PKCS8 DER. */
  readonly privateKey: Uint8Array;
  readonly peer: PeerId;
}

export interface StoreOptions {
  readonly directory: string;
  readonly binding: Binding;
  /** Makes the key of a new identity. */
  readonly generateIdentity: () => Identity;
}

export interface Store {
  readonly identity: Identity;
  /** Grew durably when the store was opened. */
  readonly epoch: bigint;
  /** Why earlier state was not used, as a sentence that says where it lies now; undefined otherwise. */
  readonly lost: string | undefined;
  load(): Durable;
  /** One transaction, durable when it returns. Throws StoreFailed, and then for ever. */
  commit(writes: readonly Write[]): void;
  close(): void;
}

export const openStore: (options: StoreOptions) => Store = () => unreachable(undefined as never);
