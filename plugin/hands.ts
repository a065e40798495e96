/**
 * The peer's hands, as the handlers see them: what the launcher does on the host and in the pod's
 * namespace while it waits for its answer. The protocol behind it is in peer/cni.
 */
import type { Reply } from '../peer/kernel/netlink/exchange.ts';

/** Which of the two namespaces a request is for. */
export type Side = 'host' | 'pod';

/** What the launcher found at CNI_NETNS. */
export type PodNamespace =
  /** CNI_NETNS is not set, or the command does without. */
  | { readonly type: 'none' }
  /** `fd` is the launcher's descriptor of it, valid in requests on the host side. */
  | { readonly type: 'open'; readonly fd: number }
  /** `errno` as in errno(3). */
  | { readonly type: 'failed'; readonly errno: number }
  /** It is the host's own: the launcher runs in it. */
  | { readonly type: 'own' };

/** One sysctl of the pod: a path below /proc/sys, with slashes, and a number. */
export interface Sysctl {
  readonly path: string;
  readonly value: number;
}

export interface Hands {
  readonly namespace: PodNamespace;
  /** True once the launcher has gone: nobody will read the answer. */
  readonly gone: boolean;
  /** Sends all requests, also after one was refused; one reply each. Rejects with HandsGone. */
  exchange(side: Side, requests: readonly Uint8Array[]): Promise<readonly Reply[]>;
  /** Sets them in the pod's namespace; one errno each, 0 when it was done. Rejects with HandsGone. */
  writeSysctls(sysctls: readonly Sysctl[]): Promise<readonly number[]>;
}

/** The launcher was killed, gave up waiting, or broke the protocol. */
export class HandsGone extends Error {
  override readonly name = 'HandsGone';
}

/** For an invocation without a launcher, as from the queue of DELs: there is nothing to touch. */
export const NO_HANDS: Hands = {
  namespace: { type: 'none' },
  gone: false,
  exchange: () => Promise.reject(new HandsGone('this invocation has no launcher')),
  writeSysctls: () => Promise.reject(new HandsGone('this invocation has no launcher')),
};
