/** Lists of members between peers: what is told of ours, and what is made of an answer. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CoreReply } from '#peer/core/core-event.ts';
import { type ViewAsking, answerView, askPeerView } from '#peer/daemon/view-asking.ts';
import type { ViewUpdate } from '#peer/ipam/view-update.ts';
import { Directory } from '#peer/mesh/directory.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import type { DirectoryRecord } from '#peer/mesh/record.ts';
import { VIEW_BYTES_MAX } from '#peer/wire/limits.ts';
import type { Reply } from '#peer/wire/link-frame.ts';
import { encodeViewUpdate } from '#peer/wire/view-codec.ts';
import { testCodec, testContent, testIdentity } from '#test/support/records.ts';

const PEER = testIdentity(2).id;
const UPDATE: ViewUpdate = {
  since: 3n,
  rev: 5n,
  added: new Map([[testIdentity(4).id, 'node4']]),
  removed: [testIdentity(3).id],
};

function asking(answer: () => Promise<Omit<Reply, 'type' | 'id'>>): ViewAsking {
  const directory = new Directory();
  directory.apply(sealList(2, 77n));
  directory.apply(sealList(5, 0n));
  return {
    core: { mesh: { directory } },
    transport: { ask: async () => ({ type: 'reply', id: 1, ...(await answer()) }) },
    log: { debug: () => {} },
  };
}

/** The n-th peer's record, which says that its list hashes to this. */
function sealList(n: number, viewHash: bigint): DirectoryRecord {
  const content = testContent(n, { viewHash });
  return testCodec(n).seal({ peer: testIdentity(n).id, epoch: 1, seq: 1, content });
}

function refuses(): Promise<never> {
  return Promise.reject(new Error('we have no such list'));
}

function answering(reply: CoreReply) {
  return { ask: async () => reply };
}

describe('a list of members', () => {
  it('is told by one peer as the other reads it', async () => {
    const told = answerView(answering({ type: 'view', update: UPDATE }), PEER, {
      type: 'view',
      since: 3n,
    });
    assert.deepEqual(
      await askPeerView(
        asking(() => told),
        PEER,
        3n,
      ),
      UPDATE,
    );
  });

  it('is none from who is not known, is too old to be asked, refuses, answers nothing, or nonsense', async () => {
    const nothing = { error: '', arbiter: new Uint8Array() };
    const nonsense = { ...nothing, view: Uint8Array.of(0xff, 0xff) };
    const good = { ...nothing, view: encodeViewUpdate(UPDATE) };
    const unknown = testIdentity(9).id;
    assert.equal(
      await askPeerView(
        asking(async () => good),
        unknown,
        3n,
      ),
      undefined,
    );
    for (const answer of [refuses, async () => nothing, async () => nonsense]) {
      assert.equal(await askPeerView(asking(answer), PEER, 3n), undefined);
    }
  });

  it('is encoded once for all that are told the whole of it, and anew when it has changed', async () => {
    const question = { type: 'view', since: 0n } as const;
    const told = async (update: ViewUpdate) =>
      (await answerView(answering({ type: 'view', update }), PEER, question)).view;
    const whole = { since: 0n, rev: 5n, added: new Map(UPDATE.added), removed: [] };
    const first = await told(whole);
    assert.equal(await told({ ...whole }), first);
    for (const other of [
      { ...whole, rev: 6n },
      { ...whole, added: new Map() },
    ])
      assert.deepEqual(await told(other), encodeViewUpdate(other));
  });

  it('is not told when the core refuses, or when it is longer than may be', async () => {
    const question = { type: 'view', since: 0n } as const;
    const refusal = answering({ type: 'refused', reason: 'our list is no newer' });
    await assert.rejects(answerView(refusal, PEER, question), /^Error: our list is no newer$/);
    const name = 'n'.repeat(250);
    const count = Math.ceil(VIEW_BYTES_MAX / name.length);
    const members = Array.from({ length: count }, (_, n): [PeerId, string] => {
      return [n.toString(16).padStart(32, '0') as PeerId, name];
    });
    const long = answering({ type: 'view', update: { ...UPDATE, added: new Map(members) } });
    await assert.rejects(answerView(long, PEER, question), /too long to be told/);
  });
});
