/** Asks other peers for their lists of members, and tells ours to those who ask. */
import type { Logger } from 'pino';
import type { Core } from '../core/core.ts';
import type { Driver } from './driver.ts';
import type { ViewUpdate } from '../ipam/view-update.ts';
import type { PeerId } from '../mesh/peer-id.ts';
import type { Answer } from '../transport/questions.ts';
import type { Transport } from '../transport/transport.ts';
import { VIEW_BYTES_MAX } from '../wire/limits.ts';
import type { ViewQuestion } from '../wire/link-frame.ts';
import { decodeViewUpdate, encodeViewUpdate } from '../wire/view-codec.ts';

export interface ViewAsking {
  readonly core: { readonly mesh: Pick<Core['mesh'], 'directory'> };
  readonly transport: Pick<Transport, 'ask'>;
  readonly log: Pick<Logger, 'debug'>;
}

/** Resolves to what leads from the list of revision `since` to the peer's; undefined without one. Never rejects. */
export async function askPeerView(
  { core, transport, log }: ViewAsking,
  peer: PeerId,
  since: bigint,
): Promise<ViewUpdate | undefined> {
  const content = core.mesh.directory.peer(peer)?.content;
  const [endpoint] = content?.profile.endpoints ?? [];
  if (content === undefined || endpoint === undefined) return undefined;
  // Of a version before this question, which would end the link because of it.
  if (content.custody.viewHash === 0n) return undefined;
  try {
    const { view } = await transport.ask({ peer, endpoint }, { type: 'view', since });
    log.debug({ peer, since: String(since) }, 'a peer told its list of members');
    return view === undefined ? undefined : decodeViewUpdate(view);
  } catch (error) {
    log.debug({ peer, detail: String(error) }, 'a peer told no list of members');
    return undefined;
  }
}

/** Rejects with the reason when we tell none. */
export async function answerView(
  driver: Pick<Driver, 'ask'>,
  from: PeerId,
  { since }: ViewQuestion,
): Promise<Answer> {
  const reply = await driver.ask((to) => ({ type: 'view-asked', from, since, reply: to }));
  if (reply.type === 'refused') throw new Error(reply.reason);
  if (reply.type !== 'view') throw new Error(`a list was asked for, and ${reply.type} answered`);
  const view = encodeOnce(reply.update);
  if (view.length > VIEW_BYTES_MAX)
    throw new Error('our list is too long to be told: ask the arbiter');
  return { error: '', arbiter: new Uint8Array(), view };
}

interface EncodedList {
  readonly rev: bigint;
  readonly bytes: Uint8Array;
}

/** By their members, which never change: a list of 10,000 costs 12 ms. */
const wholeLists = new WeakMap<ViewUpdate['added'], EncodedList>();

/** A whole list is encoded once for each revision; differences are small, and made anew. */
function encodeOnce(update: ViewUpdate): Uint8Array {
  const { since, rev, added } = update;
  if (since !== 0n) return encodeViewUpdate(update);
  const known = wholeLists.get(added);
  if (known?.rev === rev) return known.bytes;
  const bytes = encodeViewUpdate(update);
  wholeLists.set(added, { rev, bytes });
  return bytes;
}
