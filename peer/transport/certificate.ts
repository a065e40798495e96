/**
 * A self-signed certificate for this run of the process. Nobody checks it: TLS makes the channel
 * private, and the handshake above it proves who is at its ends (see handshake.ts). So it says as
 * little as X.509 allows, and is written here: the libraries for it cost 25 MB of memory.
 *
 * DER (ITU-T X.690) of a Certificate (RFC 5280 §4.1) with an Ed25519 key and signature (RFC 8410).
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export interface Certificate {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
}

const TAG = { integer: 0x02, bitString: 0x03, oid: 0x06, utf8: 0x0c, sequence: 0x30, set: 0x31 };
const GENERALIZED_TIME = 0x18;
/** id-Ed25519, 1.3.101.112, and id-at-commonName, 2.5.4.3. */
const ED25519 = der(TAG.sequence, der(TAG.oid, Buffer.from('2b6570', 'hex')));
const COMMON_NAME = der(TAG.oid, Buffer.from('550403', 'hex'));
const SERIAL_BYTES = 16;
/** No date is looked at; "no well-defined expiration" is the last second of the year 9999. */
const VALIDITY = der(
  TAG.sequence,
  der(GENERALIZED_TIME, Buffer.from('20200101000000Z')),
  der(GENERALIZED_TIME, Buffer.from('99991231235959Z')),
);

export function makeCertificate(): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const name = der(
    TAG.sequence,
    der(TAG.set, der(TAG.sequence, COMMON_NAME, der(TAG.utf8, Buffer.from('weft')))),
  );
  const body = der(
    TAG.sequence,
    makeSerial(),
    ED25519,
    name,
    VALIDITY,
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
  );
  const certificate = der(TAG.sequence, body, ED25519, bitString(sign(null, body, privateKey)));
  return {
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`,
  };
}

/** A positive integer: the highest bit is the sign. */
function makeSerial(): Buffer {
  const serial = randomBytes(SERIAL_BYTES);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return der(TAG.integer, serial);
}

function bitString(bits: Buffer): Buffer {
  const unusedBits = Buffer.from([0]);
  return der(TAG.bitString, unusedBits, bits);
}

/** Tag, length, contents. */
function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(content.length)]), content]);
}

/** The shortest form, as DER demands (X.690 §10.1); nothing here is longer than 64 KiB. */
function lengthBytes(length: number): readonly number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}
