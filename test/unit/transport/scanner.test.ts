/** What somebody without the cluster's key learns of a peer: that it is one, and no proof of anything. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseClusterKeys } from '#peer/transport/cluster-keys.ts';
import { decodeFrame } from '#peer/wire/frame-codec.ts';
import { NEW_KEY, Stranger, credentialsOf, openEnd } from './ends.ts';

it('who dials without the key gets a hello and a farewell, and no proof to work on', async (t) => {
  const end = await openEnd(t, 1);
  const stranger = await Stranger.connect(t, end);
  await stranger.handshake(credentialsOf(2, { keys: parseClusterKeys(NEW_KEY, 'the test') }));
  await stranger.gone;
  const said = [await stranger.message(1), await stranger.message(2)].map(decodeFrame);
  assert.deepEqual(
    said.map((frame) => frame?.type),
    ['hello', 'bye'],
  );
});
