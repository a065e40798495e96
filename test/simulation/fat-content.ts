/** A record with all of its lists as full as the codec takes, and a name that fills it up. */
import {
  BLOCKS_MAX,
  CARRIED_OVER_MAX,
  COUNTERPARTIES_MAX,
  PENDING_GRANTS_MAX,
} from '../../peer/ipam/limits.ts';
import { parseAddress } from '../../peer/ipam/parse.ts';
import { RECORD_BODY_BYTES_MAX } from '../../peer/mesh/limits.ts';
import type { PeerId } from '../../peer/mesh/peer-id.ts';
import type { PeerContent } from '../../peer/mesh/record.ts';
import { ENDPOINTS_MAX } from '../../peer/wire/values.ts';
import type { Dice } from '../fuzz/dice.ts';
import { testEndpoint } from '../support/records.ts';
import { recordBodyBytes } from './wire-size.ts';

/**
 * Outside of the universe: what liars claim of ownership is tried elsewhere (hostile-custody.ts), and
 * here no honest holding may depend on it.
 */
const FIRST_BLOCK = parseAddress('172.16.0.0').value;
const BLOCK_LENGTH = 28;
const BLOCK_SIZE = 16n;
/** Endpoints that nobody has: each dial of them is in vain. */
const NOWHERE = 0xff00;
/** The greatest numbers that a version has, so that the name leaves room for every version. */
const LONGEST = Number.MAX_SAFE_INTEGER;

/** What `content` says, with everything else that there is room for. */
export function fatten(dice: Dice, content: PeerContent, peer: PeerId): PeerContent {
  const { profile, custody } = content;
  const counts = { granted: 2, cleared: 1, accepted: 1 };
  const fat: PeerContent = {
    ...content,
    profile: {
      ...profile,
      endpoints: many(ENDPOINTS_MAX, (n) => testEndpoint(NOWHERE + n)),
    },
    custody: {
      ...custody,
      hold: many(BLOCKS_MAX, blockAt),
      pending: many(PENDING_GRANTS_MAX, (n) => {
        return { block: blockAt(BLOCKS_MAX + n), to: anybody(dice), n: 1 };
      }),
      counterparties: many(COUNTERPARTIES_MAX, () => ({ peer: anybody(dice), ...counts })),
      carriedOver: many(CARRIED_OVER_MAX, (n) => {
        return { family: 4, value: blockAt(2 * BLOCKS_MAX + n).cidr.address };
      }),
    },
  };
  return filledUp(fat, peer);
}

function filledUp(fat: PeerContent, peer: PeerId): PeerContent {
  const bytes = recordBodyBytes({ peer, epoch: LONGEST, seq: LONGEST, content: fat });
  // The lengths of the fields around the name grow with it, by a byte each.
  const room = Math.max(0, RECORD_BODY_BYTES_MAX - bytes - 8);
  const name = fat.profile.name.padEnd(fat.profile.name.length + room, 'x');
  return { ...fat, profile: { ...fat.profile, name } };
}

function blockAt(n: number) {
  const address = FIRST_BLOCK + BigInt(n) * BLOCK_SIZE;
  return { cidr: { family: 4, address, length: BLOCK_LENGTH }, term: 1 } as const;
}

function anybody(dice: Dice): PeerId {
  return dice.bytes(16).toHex() as PeerId;
}

function many<T>(count: number, make: (n: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, n) => make(n));
}
