/**
 * What else is written to an API server: no list of ours changes by it, and the revision of each grows.
 * As much as the kubelets and the leaders' elections of some tens of nodes write.
 */
import type { ApiClient } from '#peer/kubernetes/api-client.ts';
import { post } from './kubernetes-objects.ts';

const EVERY_MS = 100;
const NAME = 'other-writes';

export class OtherWrites implements AsyncDisposable {
  readonly #write: () => Promise<unknown>;
  readonly #timer: NodeJS.Timeout;
  #underway: Promise<void> | undefined;
  #count = 0;

  private constructor(write: () => Promise<unknown>) {
    this.#write = write;
    this.#timer = setInterval(() => {
      this.#underway ??= this.#go();
    }, EVERY_MS);
  }

  static async begin(admin: ApiClient, namespace: string): Promise<OtherWrites> {
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    await post(admin, path, { metadata: { name: NAME } });
    let n = 0;
    return new OtherWrites(() => {
      const body = { data: { n: String(++n) } };
      return admin.request({ method: 'PATCH', path: `${path}/${NAME}`, body });
    });
  }

  /** So many were answered. */
  get count(): number {
    return this.#count;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#underway;
  }

  async #go(): Promise<void> {
    try {
      await this.#write();
      this.#count++;
    } catch {
      // A server that is busy refuses some: what was answered is counted.
    } finally {
      this.#underway = undefined;
    }
  }
}
