/**
 * The one nftables table that is ours, as data: what is desired and what is observed are the same
 * type, in the form of libnftables-json(5), and the same when their descriptions are. Nothing of
 * anybody else's is ever in a ruleset.
 */

/** The table's family and name: how we know it. `inet` has both address families in one. */
export const RULESET_TABLE = { family: 'inet', table: 'weft' } as const;

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

/** `{ table }`, `{ chain }` or `{ rule }`, in the order in which they stand. */
export type RulesetObject = Readonly<Record<string, Json>>;

/** Empty: there is no table. */
export type Ruleset = readonly RulesetObject[];

/** What nft adds when it lists: a number for each object, and a word about itself. */
const ADDED_BY_LISTING = ['handle', 'metainfo'];

/** As one line of text, equal for what means the same. */
export function describeRuleset(ruleset: Ruleset): string {
  return JSON.stringify(ruleset.map(normalise).filter((object) => !isEmpty(object)));
}

function isEmpty(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** Keys sorted, and a list of one as the one: which of the two nft prints depends on its version. */
function normalise(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) {
    const inner = value.map(normalise);
    return inner.length === 1 ? (inner[0] ?? null) : inner;
  }
  const entries = Object.entries(value).filter(([key]) => !ADDED_BY_LISTING.includes(key));
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, normalise(inner)]),
  );
}

function isList(value: object): value is readonly Json[] {
  return Array.isArray(value);
}
