/** Which endpoints need no dial any more. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { findLinkedAt } from '#peer/daemon/linked-endpoint.ts';
import { Directory } from '#peer/mesh/directory.ts';
import { sealPeer, testEndpoint, testIdentity } from '#test/support/records.ts';

it('an endpoint needs no dial while there is a link with the peer that is reached there', () => {
  const directory = new Directory();
  for (const n of [1, 2]) directory.apply(sealPeer(n));
  const unknown = { peer: testIdentity(3).id };
  const mesh = { directory, links: () => [unknown, { peer: testIdentity(1).id }] };
  assert.equal(findLinkedAt(mesh, { ...testEndpoint(1) }), testIdentity(1).id);
  assert.equal(findLinkedAt(mesh, testEndpoint(2)), undefined);
  assert.equal(findLinkedAt(mesh, { ...testEndpoint(1), port: 1 }), undefined);
  assert.equal(findLinkedAt(mesh, testEndpoint(3)), undefined);
});
