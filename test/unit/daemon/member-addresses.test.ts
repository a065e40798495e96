/** Whose addresses have places of their own at the control port. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { memberAddresses } from '#peer/daemon/member-addresses.ts';
import { sealPeer, testContent, testEndpoint, testIdentity } from '#test/support/records.ts';

it('members are reached where listed ones say, and where we are told to join', () => {
  const records = [1, 2].map((n) => ({ ...sealPeer(n), content: testContent(n) }));
  const listed = testIdentity(1).id;
  const core = {
    mesh: { directory: { peersAsTheyCame: () => records } },
    ipam: { isListed: (peer: string) => peer === listed },
  };
  const config = { seeds: [testEndpoint(3)], join: [testEndpoint(4)] };
  assert.deepEqual(
    [...memberAddresses(core, config)],
    [3, 4, 1].map((n) => testEndpoint(n).address),
  );
});
