/** What the handlers need of the peer. The daemon provides it; tests provide one in memory. */
import type { Attachment, AttachmentKey } from '../peer/ipam/attachment.ts';
import type { AllocateRequest } from '../peer/ipam/outcomes.ts';

/** The part of a pino logger that is used. */
export interface PluginLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface PluginContext {
  /**
   * Durable when it resolves. An attachment that exists already under this key is returned as it
   * is. Rejects with CniError `tryAgainLater` when no address is free now.
   */
  allocate(request: AllocateRequest): Promise<Attachment>;
  find(key: AttachmentKey): Attachment | undefined;
  /** Forgets the attachment and frees its addresses; a key that is unknown is fine. */
  release(key: AttachmentKey): Promise<void>;
  /**
   * Resolves when the host end and what belongs to it are as they should be in the kernel. Rejects
   * with CniError `ioFailure` and the kernel's reason when they can't be made so.
   */
  converge(hostInterface: string): Promise<void>;
  /** Deletes the host end (and so the pair); one that is not there is fine. */
  deleteHostInterface(name: string): Promise<void>;
  /** Whether ADDs are served now; the reason is a sentence for the operator. */
  readiness(): { readonly ready: true } | { readonly ready: false; readonly reason: string };
  /** What fits into one packet of the overlay, in bytes. */
  podMtu(): number;
  readonly log: PluginLog;
}
