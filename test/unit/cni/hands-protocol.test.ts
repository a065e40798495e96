/** HELLO and replies: what is read, and what is refused without harm. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as fc from 'fast-check';
import { decodeErrnos, decodeHello, ProtocolError } from '../../../peer/cni/hands-protocol.ts';
import { helloPayload } from '../../support/plugin-hello.ts';

it('HELLO tells the environment, standard input and what became of the namespace', () => {
  const environment = { CNI_COMMAND: 'ADD', CNI_ARGS: 'A=1;B=2', CNI_PATH: '' };
  const config = '{"name":"pods"}';
  const hello = decodeHello(helloPayload({ environment, config, namespaceState: 1, fd: 7 }));
  assert.deepEqual(Object.fromEntries(hello.environment), environment);
  assert.equal(hello.config, config);
  assert.deepEqual(hello.namespace, { type: 'open', fd: 7 });
  const failed = decodeHello(helloPayload({ namespaceState: 2, errno: 2 }));
  assert.deepEqual(failed.namespace, { type: 'failed', errno: 2 });
});

it('a launcher of another version is refused with both versions', () => {
  assert.throws(() => decodeHello(helloPayload({ version: 9 })), /protocol 9, the peer 1/);
});

it('bytes that are no HELLO are refused, and never anything else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, isVersioned) => {
      if (isVersioned && bytes.length >= 4) bytes.set([0, 0, 0, 1]);
      try {
        decodeHello(bytes);
      } catch (error) {
        assert.ok(error instanceof ProtocolError);
      }
    }),
  );
});

it('sysctl replies of another number than was asked for are refused', () => {
  assert.deepEqual(decodeErrnos(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 2), 2), [0, 2]);
  assert.throws(() => decodeErrnos(Uint8Array.of(0, 0, 0, 0), 2), ProtocolError);
});
