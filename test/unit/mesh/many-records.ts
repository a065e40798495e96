/** Records by the thousand, without cryptography: what is signed is tested beside the codec. */
import { createHash } from 'node:crypto';
import type { RecordCodec } from '#peer/mesh/mesh.ts';
import { type PeerId, parsePeerId } from '#peer/mesh/peer-id.ts';
import type { DirectoryRecord, Endpoint, SignedRecord, Version } from '#peer/mesh/record.ts';
import { createFakeCodec } from '#test/simulation/fake-codec.ts';
import { testContent, testEndpoint } from '#test/support/records.ts';

const VERSION: Version = { epoch: 1, seq: 1 };

/** An id as any other: spread over the buckets as hashes are. */
export function manyId(n: number): PeerId {
  const id = parsePeerId(createHash('sha256').update(`peer ${n}`).digest('hex').slice(0, 32));
  if (id === undefined) throw new RangeError(`no id for ${n}`);
  return id;
}

/** A codec and the records that it made. */
export class ManyRecords {
  readonly codec: RecordCodec = createFakeCodec();
  readonly #content = testContent(1);

  one(n: number, version = VERSION): DirectoryRecord {
    return this.codec.seal({ peer: manyId(n), ...version, content: this.#content });
  }

  /** Of a writer that can be dialled at these: at one of its own, unless told otherwise. */
  oneAt(n: number, endpoints: readonly Endpoint[] = [testEndpoint(n)]): DirectoryRecord {
    const content = testContent(n);
    const profile = { ...content.profile, endpoints };
    return this.codec.seal({ peer: manyId(n), ...VERSION, content: { ...content, profile } });
  }

  /** Of so many bytes, or a few more. */
  fat(n: number, bytes: number): DirectoryRecord {
    const profile = { ...this.#content.profile, name: 'x'.repeat(bytes) };
    const content = { ...this.#content, profile };
    return this.codec.seal({ peer: manyId(n), ...VERSION, content });
  }

  /** Of the writers `from` to `to`, both included. */
  range(from: number, to: number): readonly DirectoryRecord[] {
    return Array.from({ length: to - from + 1 }, (_, at) => this.one(from + at));
  }

  /** The same bytes with a signature that does not hold. */
  poison({ signed, ...body }: DirectoryRecord): SignedRecord {
    const sealed = this.codec.seal(body).signed;
    Object.assign(sealed, { signature: signed.signature.slice() });
    return sealed;
  }
}
