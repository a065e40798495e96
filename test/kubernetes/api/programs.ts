/** Kubernetes' programs for tests of its API server alone: built if need be, and none of the images. */
import { PartsCache, cacheDirectory } from '../parts/cache.ts';
import { goPart } from '../parts/go-binaries.ts';
import { provideGo } from '../parts/go-toolchain.ts';
import { Progress } from '../parts/progress.ts';

/** The directory with kube-apiserver and the others. */
export async function findPrograms(): Promise<string> {
  const cache = new PartsCache(cacheDirectory(process.env));
  const progress = new Progress((line) => process.stderr.write(`${line}\n`));
  const go = await provideGo(cache, progress);
  return `${await cache.provide(goPart('kubernetes', { go, progress }))}/bin`;
}
