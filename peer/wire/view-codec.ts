/**
 * What leads from one list of members to another, as bytes and back. Reading is strict, and counts
 * the items before it builds any: the answer may come from a peer that means harm.
 */
import { Reader } from 'protobufjs/minimal.js';
import { peerIdBytes, type PeerId } from '../mesh/peer-id.ts';
import type { ViewUpdate } from '../ipam/view-update.ts';
import { weft } from './generated/weft.js';
import { FIELDS_MAX, VIEW_ITEMS_MAX, VIEW_NAME_CHARACTERS_MAX } from './limits.ts';
import { Malformed } from './malformed.ts';
import { counted, readPeerId } from './values.ts';

export function encodeViewUpdate({ since, rev, added, removed }: ViewUpdate): Uint8Array {
  return weft.v1.ViewUpdate.encode({
    since: Number(since),
    rev: Number(rev),
    added: [...added].map(([peer, name]) => ({ peer: peerIdBytes(peer), name })),
    removed: removed.map(peerIdBytes),
  }).finish();
}

/** Undefined for bytes that no peer of ours would write. */
export function decodeViewUpdate(bytes: Uint8Array): ViewUpdate | undefined {
  try {
    checkItems(Reader.create(bytes));
    const { since, rev, added, removed } = weft.v1.ViewUpdate.decode(bytes);
    return {
      since: BigInt(counted(since, 'since')),
      rev: BigInt(counted(rev, 'rev')),
      added: readMembers(added),
      removed: removed.map(readPeerId),
    };
  } catch {
    // protobufjs throws RangeError and Error for truncated or odd bytes, our own reading Malformed.
    return undefined;
  }
}

function checkItems(reader: Reader): void {
  for (let count = 0; reader.pos < reader.len; count++) {
    if (count >= VIEW_ITEMS_MAX + FIELDS_MAX) throw new Malformed('items');
    const tag = reader.tag();
    reader.skipType(tag & 7, 0, tag >>> 3);
  }
}

function readMembers(
  members: readonly weft.v1.ViewMember.$Properties[],
): ReadonlyMap<PeerId, string> {
  const read = new Map<PeerId, string>();
  for (const { peer, name } of members) {
    const id = readPeerId(peer);
    if (read.has(id)) throw new Malformed(`${id} twice`);
    read.set(id, readName(name ?? ''));
  }
  return read;
}

function readName(name: string): string {
  if (name === '' || name.length > VIEW_NAME_CHARACTERS_MAX) throw new Malformed('name');
  return name;
}
