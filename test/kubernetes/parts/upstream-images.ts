/**
 * The images that upstream's tests of the network ask for, which no registry gives us: ours stand in
 * for them. Tests of other things ask for others, which the cluster lacks.
 */
import { PartsError } from './command.ts';

const REPOSITORY = 'registry.k8s.io/e2e-test-images';

/** Which ours stand in for, as `e2e.test --list-images` names them: they change with Kubernetes' version. */
export const NAMES_FOR_PAUSE: readonly string[] = ['registry.k8s.io/pause:3.10.2'];
export const NAMES_FOR_TOOLS: readonly string[] = [
  `${REPOSITORY}/agnhost:2.55`,
  `${REPOSITORY}/agnhost:2.63.0`,
  `${REPOSITORY}/busybox:1.36.1-1`,
  `${REPOSITORY}/busybox:1.37.0-1`,
  `${REPOSITORY}/glibc-dns-testing:2.0.0`,
  `${REPOSITORY}/nginx:1.15-4`,
  `${REPOSITORY}/nginx:1.27-0`,
];

/**
 * Throws PartsError if the tests ask for another version of an image that we stand in for: their pods
 * would never start, and tell nobody why.
 * @param listed what `e2e.test --list-images` says
 */
export function checkUpstreamNames(listed: readonly string[]): void {
  const known = [...NAMES_FOR_PAUSE, ...NAMES_FOR_TOOLS];
  const repositories = new Set(known.map((name) => withoutTag(name)));
  const unknown = listed.filter(
    (name) => repositories.has(withoutTag(name)) && !known.includes(name),
  );
  if (unknown.length > 0)
    throw new PartsError(
      `upstream's tests ask for ${unknown.join(', ')}: add that to the names in test/kubernetes/parts/upstream-images.ts`,
    );
}

function withoutTag(name: string): string {
  return name.slice(0, name.lastIndexOf(':'));
}
