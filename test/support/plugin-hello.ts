/** HELLO as a launcher writes it, for tests that play the launcher. */
import { PROTOCOL_VERSION } from '../../peer/cni/hands-protocol.ts';

export interface HelloFields {
  readonly environment?: Readonly<Record<string, string>>;
  readonly config?: string;
  readonly version?: number;
  readonly namespaceState?: number;
  readonly errno?: number;
  readonly fd?: number;
}

/** The payload of the frame, which is also what a file of the queue holds. */
export function helloPayload(fields: HelloFields): Uint8Array {
  const { version = PROTOCOL_VERSION, namespaceState = 0, errno = 0, fd = 0 } = fields;
  const variables = Object.entries(fields.environment ?? {}).map(
    ([name, value]) => `${name}=${value}\0`,
  );
  const environment = Buffer.from(variables.join(''));
  const head = Buffer.alloc(20);
  [version, namespaceState, errno, fd, environment.length].forEach((field, i) =>
    head.writeUInt32BE(field, 4 * i),
  );
  return Buffer.concat([head, environment, Buffer.from(fields.config ?? '')]);
}
