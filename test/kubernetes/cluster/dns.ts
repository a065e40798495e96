/** The cluster's name service: CoreDNS as an ordinary Deployment and Service, of dns.yaml. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ClusterError } from './command.ts';
import { runKubectl } from './kubectl.ts';
import { CLUSTER_DOMAIN, DNS_SERVICE_ADDRESS } from './plan.ts';
import type { ClusterState } from './state.ts';

const MANIFEST = path.join(import.meta.dirname, 'dns.yaml');

/** Applies it. It runs once the nodes have a network. */
export async function deployDns(state: ClusterState): Promise<void> {
  const image = state.parts.images.find(({ name }) => name.includes('coredns'));
  if (image === undefined) throw new ClusterError('the parts of the cluster have no CoreDNS image');
  const manifest = (await readFile(MANIFEST, 'utf8'))
    .replaceAll('$IMAGE', image.name)
    .replaceAll('$DOMAIN', CLUSTER_DOMAIN)
    .replaceAll('$ADDRESS', DNS_SERVICE_ADDRESS);
  // Nothing of it is there yet, and the schema that validation would fetch is 1 s of an API server's work.
  await runKubectl(state, ['create', '--validate=false', '-f', '-'], { input: manifest });
}
