/** A map by record key: one map a kind, by peer id, so that no lookup has to put a key together. */
import type { PeerId } from './peer-id.ts';
import type { RecordKey } from './record.ts';

export class RecordMap<Value> {
  /** Made when they are needed: most of these maps are empty most of the time. */
  #peer: Map<PeerId, Value> | undefined;
  #links: Map<PeerId, Value> | undefined;

  get size(): number {
    return (this.#peer?.size ?? 0) + (this.#links?.size ?? 0);
  }

  get({ peer, kind }: RecordKey): Value | undefined {
    return (kind === 'peer' ? this.#peer : this.#links)?.get(peer);
  }

  set({ peer, kind }: RecordKey, value: Value): void {
    if (kind === 'peer') (this.#peer ??= new Map()).set(peer, value);
    else (this.#links ??= new Map()).set(peer, value);
  }

  delete({ peer, kind }: RecordKey): void {
    (kind === 'peer' ? this.#peer : this.#links)?.delete(peer);
  }

  clear(): void {
    this.#peer = undefined;
    this.#links = undefined;
  }

  /** All values of the kind `peer`, then those of `links`, each in the order they were first set. */
  values(): readonly Value[] {
    return [...(this.#peer?.values() ?? []), ...(this.#links?.values() ?? [])];
  }
}
