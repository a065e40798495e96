/**
 * What a test cluster is made of: Kubernetes' binaries, CNI plugins and images, from the cache or
 * made now. It starts nothing and knows no node.
 */
import path from 'node:path';
import { cacheDirectory, PartsCache } from './cache.ts';
import { PartsError } from './command.ts';
import { goPart, kubernetesVersion, readTestImages } from './go-binaries.ts';
import { provideGo } from './go-toolchain.ts';
import { PAUSE_IMAGE, provideImages, type ImageArchive } from './images.ts';
import { Progress } from './progress.ts';
import { checkUpstreamNames } from './upstream-images.ts';

export interface Parts {
  /** Of Kubernetes, such as `v1.36.3`. */
  readonly version: string;
  /** Holds kube-apiserver, kube-controller-manager, kube-scheduler, kubelet, kube-proxy, kubectl and agnhost. */
  readonly bin: string;
  /** Holds the reference CNI plugins: loopback, bridge, host-local and others. */
  readonly cniBin: string;
  /** To be imported into each node, the pause image among them. */
  readonly images: readonly ImageArchive[];
  /** The name of the image that keeps a pod's namespaces. */
  readonly pauseImage: string;
  /** Holds e2e.test and ginkgo; only if it was asked for. */
  readonly endToEndBin?: string;
}

export interface PrepareOptions {
  /** Hears a line for people about each thing that takes its time. */
  readonly onProgress: (line: string) => void;
  /** Upstream's own tests are wanted, too. */
  readonly e2e?: boolean;
}

/**
 * Gives the parts, making those that the cache lacks. Rejects with PartsError. Programs that Debian
 * has are installed by prepare.sh, which is run before.
 */
export async function prepareParts({ onProgress, e2e = false }: PrepareOptions): Promise<Parts> {
  if (process.getuid?.() !== 0) throw new PartsError('Building images takes root: run it as root.');
  const progress = new Progress(onProgress);
  const cache = new PartsCache(cacheDirectory(process.env));
  const onWait = (): void => {
    onProgress('waiting for another process that makes parts of the cluster');
  };
  return cache.whileLocked(onWait, async () => provideAll(cache, progress, { e2e }));
}

async function provideAll(
  cache: PartsCache,
  progress: Progress,
  { e2e }: { readonly e2e: boolean },
): Promise<Parts> {
  const builder = { go: await provideGo(cache, progress), progress };
  const kubernetes = await cache.provide(goPart('kubernetes', builder));
  const coredns = await cache.provide(goPart('coredns', builder));
  const plugins = await cache.provide(goPart('cni-plugins', builder));
  const endToEnd = e2e ? await cache.provide(goPart('e2e', builder)) : undefined;
  if (endToEnd !== undefined) checkUpstreamNames(readTestImages(endToEnd));
  return {
    version: kubernetesVersion(),
    bin: path.join(kubernetes, 'bin'),
    cniBin: path.join(plugins, 'bin'),
    images: await provideImages(cache, progress, { kubernetes, coredns }),
    pauseImage: PAUSE_IMAGE,
    ...(endToEnd !== undefined && { endToEndBin: path.join(endToEnd, 'bin') }),
  };
}
