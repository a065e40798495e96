/** When two rulesets are the same: what nft lists is not word for word what it was given. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseCidr } from '#peer/ipam/parse.ts';
import { masqueradeRuleset } from '#peer/overlay/masquerade.ts';
import { describeRuleset } from '#peer/overlay/ruleset.ts';

const RULESET = masqueradeRuleset({ universe: [parseCidr('10.32.0.0/12')], masquerade: true });
const withFlags = (flags: string | readonly string[]) => [{ rule: { masquerade: { flags } } }];
const [TABLE = {}, CHAIN = {}, RULE = {}] = RULESET;

test('handles and what nft says of itself make no difference', () => {
  const listed = [
    { metainfo: { version: '1.0.6' } },
    { table: { ...(TABLE['table'] as object), handle: 3 } },
    { chain: { handle: 1, ...(CHAIN['chain'] as object) } },
    { rule: { handle: 7, ...(RULE['rule'] as object) } },
  ];
  assert.equal(describeRuleset(listed), describeRuleset(RULESET));
});

test('a list of one is the one, as versions of nft differ in it', () => {
  assert.equal(describeRuleset(withFlags(['random'])), describeRuleset(withFlags('random')));
  assert.notEqual(
    describeRuleset(withFlags(['random', 'persistent'])),
    describeRuleset(withFlags('random')),
  );
});

test('a rule that is missing, more, changed or in another place makes a difference', () => {
  const other = { rule: { ...(RULE['rule'] as object), expr: [] } };
  for (const found of [
    [],
    [TABLE, CHAIN],
    [...RULESET, RULE],
    [TABLE, CHAIN, other],
    [CHAIN, TABLE, RULE],
  ])
    assert.notEqual(describeRuleset(found), describeRuleset(RULESET));
});
