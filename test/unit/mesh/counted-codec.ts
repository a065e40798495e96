/** A codec that counts what it is asked for: what a frame costs is told by that. */
import type { RecordCodec } from '#peer/mesh/mesh.ts';

export class CountedCodec implements RecordCodec {
  parsed = 0;
  verified = 0;
  readonly #codec: RecordCodec;

  constructor(codec: RecordCodec) {
    this.#codec = codec;
  }

  readonly seal: RecordCodec['seal'] = (body) => this.#codec.seal(body);

  readonly parse: RecordCodec['parse'] = (signed) => {
    this.parsed++;
    return this.#codec.parse(signed);
  };

  readonly parseUnsupported: RecordCodec['parseUnsupported'] = (signed) =>
    this.#codec.parseUnsupported(signed);

  readonly verify: RecordCodec['verify'] = (record) => {
    this.verified++;
    return this.#codec.verify(record);
  };
}
