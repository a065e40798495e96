/** What the launcher is told to print and to exit with. */
import { type CniError, errorDocument } from './cni-error.ts';

export interface Answer {
  readonly exitCode: number;
  readonly stdout: string;
}

/** Success without a result, as DEL, CHECK, GC and STATUS have it. */
export const DONE: Answer = { exitCode: 0, stdout: '' };

export function answerWithResult(document: object): Answer {
  return { exitCode: 0, stdout: `${JSON.stringify(document)}\n` };
}

export function answerWithError(cniVersion: string, error: CniError): Answer {
  return { exitCode: 1, stdout: `${JSON.stringify(errorDocument(cniVersion, error))}\n` };
}
