/** Errors as the CNI specification numbers them, and the document that the runtime gets. */

/** Codes of CNI 1.1, section "Error"; 8 and 999 as the reference skeleton uses them. */
export const CniErrorCode = {
  incompatibleVersion: 1,
  unsupportedField: 2,
  containerUnknown: 3,
  invalidEnvironment: 4,
  ioFailure: 5,
  decodingFailure: 6,
  invalidNetworkConfig: 7,
  invalidNamespace: 8,
  tryAgainLater: 11,
  notAvailable: 50,
  /** Ours (100 and above are free to use): CHECK found the pod's network not as ADD made it. */
  attachmentDamaged: 101,
  /** Ours: a command of the specification that this version of Weft does not serve. */
  notServed: 102,
  /**
   * Ours: the launcher on the host is of another version than the peer. Not 1, which is about the
   * configuration's cniVersion, and not 11, which would say that waiting helps.
   */
  foreignLauncher: 103,
  internal: 999,
} as const;

export type CniErrorCode = (typeof CniErrorCode)[keyof typeof CniErrorCode];

/** An expected failure: its message is for the operator and says what to do. */
export class CniError extends Error {
  override readonly name = 'CniError';
  readonly code: CniErrorCode;
  readonly details: string;

  constructor(
    code: CniErrorCode,
    message: string,
    { details = '', cause }: { readonly details?: string; readonly cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.code = code;
    this.details = details;
  }
}

/** What the runtime reads from standard output when the exit code is not 0. */
interface ErrorDocument {
  readonly cniVersion: string;
  readonly code: number;
  readonly msg: string;
  readonly details: string;
}

export function errorDocument(cniVersion: string, error: CniError): ErrorDocument {
  return { cniVersion, code: error.code, msg: error.message, details: error.details };
}
