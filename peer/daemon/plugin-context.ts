/** What the CNI handlers need of the peer, from the parts that have it. */
import type { Logger } from 'pino';
import { CniError, CniErrorCode } from '../../plugin/cni-error.ts';
import type { PluginContext } from '../../plugin/context.ts';
import { hostInterfaceName } from '../../plugin/pod-network.ts';
import { assert } from '../assert.ts';
import type { Core } from '../core/core.ts';
import type { Driver } from './driver.ts';
import { type Attachment, type AttachmentKey, foundKey } from '../ipam/attachment.ts';
import type { AllocateRequest } from '../ipam/outcomes.ts';
import type { Reconciler } from '../kernel/reconciler.ts';

export interface PluginContextOptions {
  readonly core: Core;
  readonly driver: Driver;
  readonly reconciler: Pick<Reconciler, 'converge' | 'failuresOn'>;
  readonly deleteHostInterface: (name: string) => Promise<void>;
  /** Why ADDs are not served now; undefined when they are. */
  readonly notReady: () => string | undefined;
  readonly mtu: number;
  readonly log: Logger;
}

export function createPluginContext(options: PluginContextOptions): PluginContext {
  const { core, driver, reconciler, deleteHostInterface, notReady, mtu, log } = options;
  return {
    allocate: (request) => allocate(driver, request),
    find: (key) => find(core, key),
    release: (key) => release(driver, keyInState(core, key)),
    converge: (hostInterface) => converge(reconciler, hostInterface),
    deleteHostInterface,
    readiness: () => {
      const reason = notReady();
      return reason === undefined ? { ready: true } : { ready: false, reason };
    },
    podMtu: () => mtu,
    log,
  };
}

function find({ ipam }: Core, key: AttachmentKey): Attachment | undefined {
  const attachment = ipam.find(keyInState({ ipam }, key));
  return attachment === undefined ? undefined : { ...attachment, ...key };
}

/** An attachment that was found by its interface is known by that one's name, which tells its key. */
function keyInState({ ipam }: Pick<Core, 'ipam'>, key: AttachmentKey): AttachmentKey {
  if (ipam.find(key) !== undefined) return key;
  const found = foundKey(hostInterfaceName(key));
  return ipam.find(found) === undefined ? key : found;
}

async function allocate(driver: Driver, request: AllocateRequest): Promise<Attachment> {
  const reply = await driver.ask((to) => ({ type: 'allocate', request, reply: to }));
  if (reply.type === 'refused') throw new CniError(CniErrorCode.tryAgainLater, reply.reason);
  assert(reply.type === 'attached', `an allocation was answered with ${reply.type}`);
  return reply.attachment;
}

async function converge(
  reconciler: PluginContextOptions['reconciler'],
  hostInterface: string,
): Promise<void> {
  await reconciler.converge();
  const failures = reconciler.failuresOn(hostInterface);
  if (failures.length > 0) throw new CniError(CniErrorCode.ioFailure, failures.join('; '));
}

async function release(driver: Driver, key: AttachmentKey): Promise<void> {
  const reply = await driver.ask((to) => ({ type: 'release', key, reply: to }));
  // Nothing was released then: a DEL that answered success would lose the address.
  if (reply.type === 'refused') throw new CniError(CniErrorCode.tryAgainLater, reply.reason);
}
