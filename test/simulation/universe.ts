/** The range that simulated clusters share out: the default of a real one. */
import type { Cidr } from '../../peer/ipam/cidr.ts';
import { parseCidr } from '../../peer/ipam/parse.ts';

export const UNIVERSE: readonly Cidr[] = [parseCidr('10.32.0.0/12')];
