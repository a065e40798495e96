/** What a test asks of a process with kernelless peers, and what it is answered. */
import type { Report } from '#peer/http/report.ts';
import type { Attachment } from '#peer/ipam/attachment.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import type { KernellessPeerOptions } from './kernelless-peer.ts';

export type PeerRequest =
  | { readonly type: 'start'; readonly options: KernellessPeerOptions }
  | { readonly type: 'is-ready' }
  | { readonly type: 'attach'; readonly containerId: string }
  | { readonly type: 'report' }
  | { readonly type: 'stop' };

/** By the type of the request. */
export interface PeerAnswers {
  readonly start: PeerId;
  readonly 'is-ready': boolean;
  readonly attach: Attachment;
  readonly report: Report;
  readonly stop: void;
}

export interface Asked {
  readonly id: number;
  /** Whose peer is meant: one at a time. */
  readonly machine: number;
  readonly request: PeerRequest;
}

export type Answered =
  | { readonly id: number; readonly value: PeerAnswers[keyof PeerAnswers] }
  | { readonly id: number; readonly problem: string };
