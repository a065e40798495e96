/** Asking donors: one after the other, until one grants or the time is over; and being asked. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ASKING_MS } from '#peer/core/space-questions.ts';
import { type Asking, answerSpace, askDonors } from '#peer/daemon/space-asking.ts';
import { Directory } from '#peer/mesh/directory.ts';
import type { PeerId } from '#peer/mesh/peer-id.ts';
import type { Reply } from '#peer/wire/link-frame.ts';
import { sealPeer, testIdentity } from '#test/support/records.ts';

const NEED = { family: 4, wantLog2: 8, minLog2: 4 } as const;
const GRANTED: Reply = { type: 'reply', id: 1, error: '', arbiter: new Uint8Array() };
const DONORS = [1, 2, 3].map((n) => testIdentity(n).id);

/** What a donor does that takes so long; it grants unless it refuses. */
interface Donor {
  readonly takesMs: number;
  readonly refuses: boolean;
}

/** Asks the three donors, of whom the directory knows those in `known`. */
async function askThree(
  donor: Donor,
  known: readonly number[] = [1, 2, 3],
): Promise<{ granted: boolean; asked: readonly (PeerId | undefined)[] }> {
  const directory = new Directory();
  for (const n of known) directory.apply(sealPeer(n));
  const asked: (PeerId | undefined)[] = [];
  let now = 0;
  const asking: Asking = {
    core: { mesh: { directory } },
    transport: {
      ask: async ({ peer }, question) => {
        assert.deepEqual(question, { type: 'space', ...NEED });
        asked.push(peer);
        now += donor.takesMs;
        if (donor.refuses) throw new Error('no space to spare');
        return GRANTED;
      },
    },
    log: { debug: () => {} },
    now: () => now,
  };
  return { granted: await askDonors(asking, DONORS, NEED), asked };
}

describe('donors', () => {
  it('are asked in their order, and none after one that grants', async () => {
    const { granted, asked } = await askThree({ takesMs: 1, refuses: false });
    assert.equal(granted, true);
    assert.deepEqual(asked, DONORS.slice(0, 1));
  });

  it('are all asked when each refuses', async () => {
    const { granted, asked } = await askThree({ takesMs: 1, refuses: true });
    assert.equal(granted, false);
    assert.deepEqual(asked, DONORS);
  });

  it('are not asked when it is not known where they are', async () => {
    const { asked } = await askThree({ takesMs: 1, refuses: true }, [3]);
    assert.deepEqual(asked, DONORS.slice(2));
  });

  it('are not asked after the time for all of them is over', async () => {
    const late = await askThree({ takesMs: ASKING_MS, refuses: true });
    assert.deepEqual(late, { granted: false, asked: DONORS.slice(0, 1) });
    const inTime = await askThree({ takesMs: ASKING_MS - 1, refuses: true });
    assert.deepEqual(inTime, { granted: false, asked: DONORS.slice(0, 2) });
  });
});

describe('who asks us', () => {
  it('is answered when we grant, and told the reason when we do not', async () => {
    const question = { type: 'space', ...NEED } as const;
    const from = testIdentity(1).id;
    const answered = await answerSpace({ ask: async () => ({ type: 'done' }) }, from, question);
    assert.equal(answered.error, '');
    const refuses = { ask: async () => ({ type: 'refused', reason: 'nothing to spare' }) as const };
    await assert.rejects(answerSpace(refuses, from, question), /^Error: nothing to spare$/);
  });
});
