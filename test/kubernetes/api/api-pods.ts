/** The pods of nodes without kubelets, and whether each has an address that is nobody else's. */
import type { Report } from '#peer/http/report.ts';
import { containsAddress } from '#peer/ipam/cidr.ts';
import { parseAddress, parseCidr } from '#peer/ipam/parse.ts';
import type { ApiNode } from './api-nodes.ts';

interface AttachedPod {
  readonly node: ApiNode;
  readonly name: string;
  readonly address: string;
}

export class ApiPods {
  /** Those that run, by their addresses. */
  readonly #pods = new Map<string, AttachedPod>();
  #made = 0;

  /** Attaches one more. Throws if it is given an address that another has. */
  async attach(node: ApiNode): Promise<void> {
    const name = `pod${++this.#made}`;
    const address = await node.attachPod(name);
    const other = this.#pods.get(address);
    if (other !== undefined)
      throw new Error(
        `${address} was given to ${name} on ${node.name}, and is ${other.name}'s on ${other.node.name}`,
      );
    this.#pods.set(address, { node, name, address });
  }

  /** Those of a machine that is switched off are no more. */
  endAll(node: ApiNode): void {
    for (const pod of this.#pods.values()) if (pod.node === node) this.#pods.delete(pod.address);
  }

  /** Pods that their node's peer doesn't know with their address, or whose address lies in no block of it. */
  findStray(reports: readonly Report[]): readonly string[] {
    const byName = new Map(reports.map((report) => [report.peer.name, report]));
    return [...this.#pods.values()].flatMap(({ node, name, address }) => {
      const report = byName.get(node.name);
      const what = report === undefined ? 'has no peer' : describeStray(report, address);
      return what === undefined ? [] : [`${address} of ${name} on ${node.name} ${what}`];
    });
  }
}

function describeStray({ attachments, holdings }: Report, address: string): string | undefined {
  if (!attachments.some(({ addresses }) => addresses.includes(address)))
    return 'is not known to it';
  const parsed = parseAddress(address);
  const isHeld = holdings.some(({ cidr }) => containsAddress(parseCidr(cidr), parsed));
  return isHeld ? undefined : 'lies in no block of it';
}
