/** A pod: a namespace that the real launcher attaches to a real peer's network, as a runtime does. */
import { eventually } from './eventually.ts';
import { createNamespace, type Namespace } from './namespace.ts';
import { runLauncher } from './plugin-launcher.ts';
import type { RealPeer } from './real-peer.ts';

const NETWORK_CONFIGURATION = JSON.stringify({
  cniVersion: '1.0.0',
  name: 'mesh-test',
  type: 'weft',
});

/** CNI specification, "Error": the plugin may be called again later. */
export const TRY_AGAIN_LATER = 11;

/** The fields that these tests read of a CNI result and of a CNI error. */
export interface CniDocument {
  readonly ips?: readonly { readonly address: string }[];
  readonly code?: number;
  readonly msg?: string;
}

export interface CniOutcome {
  readonly exitCode: number | null;
  readonly document: CniDocument;
}

export interface RealPod extends AsyncDisposable {
  readonly name: string;
  readonly namespace: Namespace;
  /** Runs the launcher in the node's namespace. */
  call(command: 'ADD' | 'DEL'): Promise<CniOutcome>;
  /** ADD, again for as long as it answers that it should be tried later: the pod's address. */
  attach(): Promise<string>;
}

/** A pod that is not attached yet. */
export async function createRealPod(
  node: { readonly namespace: Namespace; readonly peer: RealPeer },
  name: string,
): Promise<RealPod> {
  const namespace = await createNamespace();
  const call: RealPod['call'] = async (command) => {
    const { exitCode, stdout } = await runLauncher({
      namespace: node.namespace.path,
      stdin: NETWORK_CONFIGURATION,
      environment: {
        CNI_COMMAND: command,
        CNI_CONTAINERID: name,
        CNI_NETNS: namespace.path,
        CNI_IFNAME: 'eth0',
        CNI_PATH: '/opt/cni/bin',
        CNI_ARGS: `IgnoreUnknown=1;K8S_POD_NAMESPACE=test;K8S_POD_NAME=${name}`,
        WEFT_CNI_SOCKET: node.peer.cniSocket,
        WEFT_CNI_QUEUE: node.peer.cniQueue,
      },
    });
    return { exitCode, document: stdout === '' ? {} : (JSON.parse(stdout) as CniDocument) };
  };
  return {
    name,
    namespace,
    call,
    attach: async () => {
      const outcome = await eventually(`${name} is attached`, async () => {
        const outcome = await call('ADD');
        return outcome.document.code === TRY_AGAIN_LATER ? undefined : outcome;
      });
      return addressOf(name, outcome);
    },
    [Symbol.asyncDispose]: () => namespace[Symbol.asyncDispose](),
  };
}

function addressOf(pod: string, { exitCode, document }: CniOutcome): string {
  const address = document.ips?.[0]?.address.split('/')[0];
  if (exitCode === 0 && address !== undefined) return address;
  throw new Error(`${pod} was not attached: ${JSON.stringify(document)}`);
}
