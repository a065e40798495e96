/** Versions of the CNI specification: which there are, which we announce, and how they compare. */

/** All published versions, oldest first. A configuration may carry any of them. */
export const CNI_VERSIONS = [
  '0.1.0',
  '0.2.0',
  '0.3.0',
  '0.3.1',
  '0.4.0',
  '1.0.0',
  '1.1.0',
] as const;

export type CniVersion = (typeof CNI_VERSIONS)[number];

/**
 * What VERSION answers: versions of which every command is served. 1.1.0 is missing until GC is;
 * a configuration of 1.1.0 is served in its form all the same, STATUS included. The launcher has
 * the same list (launcher/without-peer.c) for when there is no peer.
 */
export const ANNOUNCED_VERSIONS: readonly CniVersion[] = CNI_VERSIONS.filter(
  (version) => !isAtLeast(version, '1.1.0'),
);

/** What a configuration without cniVersion means (SPEC.md, "Configuration format"). */
export const ABSENT_VERSION: CniVersion = '0.1.0';

/** What an error says before the configuration's own version is known. */
export const ERROR_VERSION: CniVersion = '1.0.0';

export function isCniVersion(text: string): text is CniVersion {
  return (CNI_VERSIONS as readonly string[]).includes(text);
}

export function isAtLeast(version: CniVersion, other: CniVersion): boolean {
  return CNI_VERSIONS.indexOf(version) >= CNI_VERSIONS.indexOf(other);
}
