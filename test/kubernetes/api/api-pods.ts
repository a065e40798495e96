/** The pods of nodes without kubelets, and whether each has an address that is nobody else's. */
import type { Report } from '#peer/http/report.ts';
import { containsAddress } from '#peer/ipam/cidr.ts';
import { parseAddress, parseCidr } from '#peer/ipam/parse.ts';
import { createRealPod, type RealPod } from '#test/support/real-pod.ts';
import type { ApiNode } from './api-nodes.ts';

interface AttachedPod {
  readonly node: ApiNode;
  readonly pod: RealPod;
  readonly address: string;
}

export class ApiPods implements AsyncDisposable {
  /** Those that run, by their addresses. */
  readonly #pods = new Map<string, AttachedPod>();
  #made = 0;

  /** Attaches one more. Throws if it is given an address that another has. */
  async attach(node: ApiNode): Promise<void> {
    const pod = await createRealPod(node, `pod${++this.#made}`);
    const address = await pod.attach();
    const other = this.#pods.get(address);
    if (other !== undefined)
      throw new Error(
        `${address} was given to ${pod.name} on ${node.name}, and is ${other.pod.name}'s on ${other.node.name}`,
      );
    this.#pods.set(address, { node, pod, address });
  }

  /** Ends those of a machine that is switched off. */
  async endAll(node: ApiNode): Promise<void> {
    const ended = [...this.#pods.values()].filter((one) => one.node === node);
    for (const { address, pod } of ended) {
      this.#pods.delete(address);
      await pod[Symbol.asyncDispose]();
    }
  }

  /** Pods that their node's peer doesn't know with their address, or whose address lies in no block of it. */
  findStray(reports: readonly Report[]): readonly string[] {
    const byName = new Map(reports.map((report) => [report.peer.name, report]));
    return [...this.#pods.values()].flatMap(({ node, pod, address }) => {
      const report = byName.get(node.name);
      const what = report === undefined ? 'has no peer' : describeStray(report, address);
      return what === undefined ? [] : [`${address} of ${pod.name} on ${node.name} ${what}`];
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { node } of this.#pods.values()) await this.endAll(node);
  }
}

function describeStray({ attachments, holdings }: Report, address: string): string | undefined {
  if (!attachments.some(({ addresses }) => addresses.includes(address)))
    return 'is not known to it';
  const parsed = parseAddress(address);
  const isHeld = holdings.some(({ cidr }) => containsAddress(parseCidr(cidr), parsed));
  return isHeld ? undefined : 'lies in no block of it';
}
