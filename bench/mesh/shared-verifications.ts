/**
 * Signatures that were found to hold, shared by the peers of one process. On a machine each, every
 * peer verifies every record once, side by side; here two cores would do the work of hundreds of
 * machines in turn. So the second peer of a process that gets the same bytes looks them up. The
 * figures say whether this was on; nothing of it is in the daemon.
 */
import { hash } from 'node:crypto';
import type { RecordCodec } from '#peer/mesh/mesh.ts';
import type { ParsedRecord } from '#peer/mesh/record.ts';

export class SharedVerifications {
  readonly #valid = new Set<string>();

  /** The codec, but that a signature which another peer verified is not verified again. */
  wrap(codec: RecordCodec): RecordCodec {
    return {
      seal: (body) => codec.seal(body),
      parse: (signed) => codec.parse(signed),
      parseUnsupported: (signed) => codec.parseUnsupported(signed),
      verify: (record) => this.#verify(codec, record),
    };
  }

  #verify(codec: RecordCodec, record: ParsedRecord): boolean {
    const { body, signature } = record.signed;
    const key = hash('sha256', Buffer.concat([signature, body]), 'base64');
    if (this.#valid.has(key)) return true;
    const isValid = codec.verify(record);
    if (isValid) this.#valid.add(key);
    return isValid;
  }
}
