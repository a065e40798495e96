/**
 * Packets of pods to the world outside the cluster get the node's address, since nobody out there
 * knows the way back to a pod. In the words of nft(8), for each range of the universe:
 *
 *   table inet weft {
 *     chain postrouting {
 *       type nat hook postrouting priority srcnat; policy accept;
 *       ip saddr 10.32.0.0/12 ip daddr != 10.32.0.0/12 ip daddr != 224.0.0.0/4 ...
 *         oifname != "weft0" masquerade fully-random
 *     }
 *   }
 *
 * Pod to pod is never touched, so pods and nodes see each other's real addresses; what goes to
 * another node's own address is, as that leaves by the underlay. Only the first packet of a connection
 * comes by here, and the first chain that gives it a source wins: kube-proxy's own masquerade, in whichever
 * order the two stand, gives it the same address.
 */
import { type Address, bits, type Cidr, type Family, formatAddress } from '../ipam/cidr.ts';
import { parseCidr } from '../ipam/parse.ts';
import { VXLAN_DEVICE } from './names.ts';
import { type Json, RULESET_TABLE, type Ruleset, type RulesetObject } from './ruleset.ts';

const CHAIN = 'postrouting';

/** `srcnat` of nft(8): where source addresses are given, by iptables' nat table too. */
const PRIORITY_SRCNAT = 100;

/**
 * Where no router leads: a packet there keeps its address. Multicast (RFC 5771, RFC 4291 §2.7), limited
 * broadcast (RFC 919), IPv6 link-local (RFC 4291 §2.5.6). IPv4's link-local range is not here: clouds serve a
 * node's metadata at 169.254.169.254, and pods reach it as the node.
 */
const NOT_MASQUERADED: Readonly<Record<Family, readonly Cidr[]>> = {
  4: ['224.0.0.0/4', '255.255.255.255/32'].map(parseCidr),
  6: ['ff00::/8', 'fe80::/10'].map(parseCidr),
};

export interface MasqueradeInput {
  readonly universe: readonly Cidr[];
  /** False: pods keep their own addresses out there, and there is no table. */
  readonly masquerade: boolean;
}

/** The desired ruleset: one chain with one rule for each range of the universe. */
export function masqueradeRuleset({ universe, masquerade }: MasqueradeInput): Ruleset {
  if (!masquerade) return [];
  const { family, table } = RULESET_TABLE;
  return [{ table: { family, name: table } }, postroutingChain(), ...universe.map(masqueradeRule)];
}

function postroutingChain(): RulesetObject {
  const hook = { type: 'nat', hook: 'postrouting', prio: PRIORITY_SRCNAT, policy: 'accept' };
  return { chain: { ...RULESET_TABLE, name: CHAIN, ...hook } };
}

/**
 * Ports are picked at random: picked in order, two connections that start at once on two cores are given
 * the same one, and the second one's first packet is lost.
 */
function masqueradeRule(range: Cidr): RulesetObject {
  const outside = [range, ...NOT_MASQUERADED[range.family]];
  const expr: readonly Json[] = [
    match('==', addressField(range.family, 'saddr'), rangeValue(range)),
    ...outside.map((other) => match('!=', addressField(range.family, 'daddr'), rangeValue(other))),
    match('!=', { meta: { key: 'oifname' } }, VXLAN_DEVICE),
    { masquerade: { flags: 'fully-random' } },
  ];
  return { rule: { ...RULESET_TABLE, chain: CHAIN, expr } };
}

function match(op: '==' | '!=', left: Json, right: Json): Json {
  return { match: { op, left, right } };
}

function addressField(family: Family, field: 'saddr' | 'daddr'): Json {
  return { payload: { protocol: family === 4 ? 'ip' : 'ip6', field } };
}

/** A range of one address is listed as the address. */
function rangeValue({ family, address, length }: Cidr): Json {
  const first: Address = { family, value: address };
  if (length === bits(family)) return formatAddress(first);
  return { prefix: { addr: formatAddress(first), len: length } };
}
