/**
 * What a test cluster is made of: Kubernetes' binaries, CNI plugins and images, from the cache or
 * made now. It starts nothing and knows no node.
 */

/** One image, as a file for a node's containerd. */
export interface ImageArchive {
  /** The reference that pods name, such as `localhost/weft:dev`. */
  readonly name: string;
  /** Further references of the same image: to be tagged so after the import. */
  readonly aliases: readonly string[];
  /** An uncompressed docker-archive. Its path changes whenever its content does. */
  readonly archive: string;
  /** What the image takes when it is unpacked. */
  readonly sizeBytes: number;
}

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

/** Gives the parts, making those that the cache lacks. Rejects with PartsError. */
export async function prepareParts(options: PrepareOptions): Promise<Parts> {
  await Promise.resolve(options);
  throw new Error('not made yet');
}
