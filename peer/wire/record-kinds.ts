/** The numbers by which a RecordId names kinds: the fields of the content in RecordBody. */
import type { RecordKind } from '../mesh/record.ts';

export const KIND_NUMBERS: Readonly<Record<RecordKind, number>> = { peer: 4, links: 5 };
