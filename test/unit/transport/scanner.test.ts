/** What somebody without the cluster's key learns of a peer: that it is one, and nothing of it. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { PLAIN_KEYS, parseClusterKeys } from '#peer/transport/cluster-keys.ts';
import { decodeFrame } from '#peer/wire/frame-codec.ts';
import { testIdentity } from '#test/support/records.ts';
import { ANOTHER_CLUSTER, NEW_KEY, Stranger, credentialsOf, openEnd } from './ends.ts';

const STRANGERS = [
  ['another key', { keys: parseClusterKeys(NEW_KEY, 'the test') }],
  ['no key', { keys: PLAIN_KEYS }],
  ['the name of another cluster', { cluster: ANOTHER_CLUSTER }],
] as const;

for (const [what, change] of STRANGERS) {
  it(`who dials with ${what} gets a farewell, and no word of who we are`, async (t) => {
    const end = await openEnd(t, 1);
    const stranger = await Stranger.connect(t, end);
    stranger.send(stranger.helloOf(credentialsOf(2, change)));
    await stranger.gone;
    const said = Buffer.from(await stranger.message(1));
    assert.equal(decodeFrame(said)?.type, 'bye');
    assert.equal(stranger.messageCount, 1);
    const { name, clusterName, cluster } = credentialsOf(1);
    for (const secret of [name, `"${clusterName}"`, cluster, testIdentity(1).publicKey])
      assert.ok(!said.includes(secret), 'it tells of itself');
  });
}
