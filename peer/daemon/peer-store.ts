/** Opens the durable state of this node's peer. */
import { readFileSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import { type Store, openStore } from '../store/store.ts';
import { generateIdentityKey, loadIdentity } from '../wire/identity.ts';

/** Where systemd keeps it; a copied disk keeps it too, a machine set up anew does not. */
const MACHINE_ID_FILE = '/etc/machine-id';

/**
 * `nodeUid` binds the state instead of the machine's id, which a pod does not see: a Node that was
 * deleted and made again under its name is another one, and the old one's identity goes with it.
 */
export function openPeerStore(
  { stateDirectory, cluster, name, universe, vni }: Config,
  nodeUid: string | undefined,
): Store {
  return openStore({
    directory: stateDirectory,
    binding: { cluster, nodeName: name, machineId: nodeUid ?? readMachineId() },
    settings: { universe, vni },
    generateIdentity: () => {
      const privateKey = generateIdentityKey();
      return { privateKey, peer: loadIdentity(privateKey).id };
    },
  });
}

/** Empty on a host without one: then only the cluster and the node's name bind the state. */
function readMachineId(): string {
  try {
    return readFileSync(MACHINE_ID_FILE, 'utf8').trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
