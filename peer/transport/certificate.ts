/**
 * A self-signed certificate for this run of the process. Nobody checks it: TLS makes the channel
 * private, and the handshake above it proves who is at its ends (see handshake.ts).
 */
import { generate } from 'selfsigned';

export interface Certificate {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
}

export async function makeCertificate(): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: 'weft' }], { keyType: 'ec' });
  return { key: made.private, cert: made.cert };
}
