/** VERSION: which versions of the specification we serve. */
import { type Answer, answerWithResult } from './answer.ts';
import type { VersionRequest } from './invocation.ts';
import { ANNOUNCED_VERSIONS } from './versions.ts';

export function version({ cniVersion }: VersionRequest): Answer {
  return answerWithResult({ cniVersion, supportedVersions: ANNOUNCED_VERSIONS });
}
