/** All donors have nothing left: what a pod is told, and that it goes on when a block comes back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestOf } from '../ipam/builders.ts';
import { createFounder, createJoiner, giveSpace } from './member.ts';

/** A runtime gives a CNI call longer than this, and a person doesn't. */
const REFUSED_WITHIN_MS = 5_000;

test('with donors that refuse, a pod is refused in time with what is missing, and the next one gets its address', () => {
  const founder = createFounder(1);
  const { joiner, need } = createJoiner(2, founder);
  joiner.tell({ type: 'allocate', request: requestOf(1), reply: 1 });
  let asked = 0;
  while (joiner.now < REFUSED_WITHIN_MS && !joiner.replies.has(1)) {
    joiner.tell({ type: 'space-answered', need, granted: false });
    joiner.now = Math.min(joiner.core.nextAt(), joiner.now + 1_000);
    const { setHash } = joiner.core.mesh.directory;
    const frame = { type: 'heartbeat', setHash, wanted: true } as const;
    joiner.tell({ type: 'frame', link: joiner.linkTo(founder.id), frame });
    asked = joiner.all('ask-space').length;
  }
  const refused = joiner.replies.get(1);
  assert.match(refused?.type === 'refused' ? refused.reason : '', /holds no IPv4 addresses yet/);
  assert.ok(asked > 2, 'donors are asked again');
  assert.ok(asked < 50, 'and not without end');
  joiner.tell({ type: 'allocate', request: requestOf(2), reply: 2 });
  giveSpace(founder, { joiner, need });
  assert.equal(joiner.replies.get(2)?.type, 'attached');
});
