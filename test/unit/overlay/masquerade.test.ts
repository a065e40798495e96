/** Which packets get the node's address, as the rules that say so. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseCidr } from '#peer/ipam/parse.ts';
import { masqueradeRuleset } from '#peer/overlay/masquerade.ts';

const [V4, V6] = [parseCidr('10.32.0.0/12'), parseCidr('fd32::/48')];
const prefix = (addr: string, len: number) => JSON.stringify({ prefix: { addr, len } });

test('each range of the universe has one rule, in one chain of one table', () => {
  const ruleset = masqueradeRuleset({ universe: [V4, V6], masquerade: true });
  assert.deepEqual(
    ruleset.map((object) => Object.keys(object)),
    [['table'], ['chain'], ['rule'], ['rule']],
  );
});

test('a rule asks for a pod as source, the world outside as destination, and another device than the tunnel', () => {
  const [, , rule] = masqueradeRuleset({ universe: [V4], masquerade: true });
  const text = JSON.stringify(rule);
  const inside = prefix('10.32.0.0', 12);
  assert.match(text, /"op":"==","left":\{"payload":\{"protocol":"ip","field":"saddr"\}\}/);
  assert.equal(text.split(inside).length - 1, 2, 'the universe is asked for twice');
  assert.ok(text.includes(prefix('224.0.0.0', 4)), 'multicast is left alone');
  assert.ok(!text.includes('169.254.0.0'), "a cloud's metadata is outside, too");
  assert.ok(text.includes('"right":"255.255.255.255"'), 'broadcast is left alone');
  assert.ok(text.includes('"right":"weft0"'));
  assert.ok(text.endsWith('{"masquerade":{"flags":"fully-random"}}]}}'));
});

test('a rule of IPv6 speaks of IPv6 alone', () => {
  const [, , rule] = masqueradeRuleset({ universe: [V6], masquerade: true });
  const text = JSON.stringify(rule);
  assert.doesNotMatch(text, /"protocol":"ip"|\d+\.\d+\.\d+/);
  assert.match(text, /"addr":"ff00::","len":8/);
});

test('without masquerade there is no table at all', () => {
  assert.deepEqual(masqueradeRuleset({ universe: [V4], masquerade: false }), []);
});
