/** Why a connection did not become a link, or a link was ended: goes to the other end, into the log, and is counted. */

export type RefusalReason =
  | 'malformed-frame'
  | 'frame-too-large'
  | 'handshake-timeout'
  | 'pod-address'
  | 'too-many-connections'
  | 'too-many-handshakes'
  | 'too-many-handshakes-of-address'
  | 'protocol-version'
  | 'another-cluster'
  | 'another-configuration'
  | 'reflected-hello'
  | 'replayed-hello'
  | 'another-channel'
  | 'plain-mode'
  | 'unknown-cluster-key'
  | 'replayed-proof'
  | 'bad-membership-proof'
  | 'bad-identity-proof'
  | 'unexpected-frame'
  | 'removed-cluster-key'
  | 'send-buffer-full';

/** A handshake that ended. `detail` says with which value, and what would be right. */
export class HandshakeRefused extends Error {
  override readonly name = 'HandshakeRefused';
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, detail: string) {
    super(detail);
    this.reason = reason;
  }
}
