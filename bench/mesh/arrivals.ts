/** When the peers of one process learned each version of a record: the last one is what counts. */
import type { DirectoryRecord } from '#peer/mesh/record.ts';
import { recordKey, recordId } from '#peer/mesh/record.ts';
import { monotonicMs } from './monotonic.ts';

interface Arrival {
  count: number;
  lastAtMs: number;
  readonly waiting: { readonly count: number; readonly resolve: (lastAtMs: number) => void }[];
}

export class Arrivals {
  readonly #byVersion = new Map<string, Arrival>();

  /** One peer has learned these. */
  note(records: readonly DirectoryRecord[]): void {
    const nowMs = monotonicMs();
    for (const record of records) {
      const { epoch, seq } = record;
      this.#noteOne(`${recordKey(recordId(record))} ${epoch} ${seq}`, nowMs);
    }
  }

  /** Resolves to the time at which the last of `count` peers learned the version. */
  async of(version: string, count: number): Promise<number> {
    const arrival = this.#arrival(version);
    if (arrival.count >= count) return arrival.lastAtMs;
    const { promise, resolve } = Promise.withResolvers<number>();
    arrival.waiting.push({ count, resolve });
    return await promise;
  }

  #noteOne(version: string, nowMs: number): void {
    const arrival = this.#arrival(version);
    arrival.count++;
    arrival.lastAtMs = nowMs;
    for (const { count, resolve } of arrival.waiting) if (arrival.count === count) resolve(nowMs);
  }

  #arrival(version: string): Arrival {
    const known = this.#byVersion.get(version);
    if (known !== undefined) return known;
    const arrival: Arrival = { count: 0, lastAtMs: 0, waiting: [] };
    this.#byVersion.set(version, arrival);
    return arrival;
  }
}
