/** What `weft reset` is told on its command line: what to do, and where a peer was told to have its things. */
import { parseArgs } from 'node:util';
import { OPTIONS, type OptionName } from '../config/options.ts';
import { ConfigError, parsePath } from '../config/values.ts';
import type { ResetPlaces } from './reset-plan.ts';

/** Flags of `weft peer` that say where things are. */
const PLACES = [
  'state-dir',
  'cni-socket',
  'cni-queue',
  'cni-bin-dir',
  'cni-conf-dir',
  'sysctl-dir',
] as const satisfies readonly OptionName[];

export const RESET_USAGE = `Usage: weft reset [--yes [--stay]] [OPTIONS]

Takes away everything that Weft left on this node: interfaces, routes and rules, the
launcher and the network configuration, the queue and the state. Pods that still are on
the network lose it. Without --yes it tells what it would take away, and exits with 1.

  --yes     do it
  --stay    stay until SIGTERM when it is done, as the pod of a DaemonSet has to

Options of weft peer that say where things are: ${PLACES.map((flag) => `--${flag}`).join(', ')}.
Give those that the peer was given.
`;

export interface ResetOptions {
  readonly isAgreed: boolean;
  readonly stays: boolean;
  readonly places: ResetPlaces;
}

/** The options, `help`, or what is wrong with them. */
export function parseResetOptions(args: readonly string[]): ResetOptions | string {
  const switches = { yes: { type: 'boolean' }, stay: { type: 'boolean' } } as const;
  const help = { help: { type: 'boolean', short: 'h' } } as const;
  const places = Object.fromEntries(PLACES.map((flag) => [flag, { type: 'string' as const }]));
  try {
    const { values } = parseArgs({ args: [...args], options: { ...places, ...switches, ...help } });
    if (values.help === true) return 'help';
    if (values.stay === true && values.yes !== true) return '--stay needs --yes';
    const given = values as Readonly<Record<string, unknown>>;
    return {
      isAgreed: values.yes === true,
      stays: values.stay === true,
      places: readPlaces((flag) => pathOf(flag, given[flag])),
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function readPlaces(path: (flag: (typeof PLACES)[number]) => string | undefined): ResetPlaces {
  const required = (flag: (typeof PLACES)[number]): string => {
    const value = path(flag);
    if (value === undefined) throw new ConfigError(`--${flag} is missing`);
    return value;
  };
  return {
    stateDirectory: required('state-dir'),
    cniSocket: required('cni-socket'),
    cniQueue: required('cni-queue'),
    cniBinDirectory: path('cni-bin-dir'),
    cniConfDirectory: path('cni-conf-dir'),
    sysctlDirectory: required('sysctl-dir'),
  };
}

/** What was given, or the peer's default; undefined where it has none. Throws ConfigError. */
function pathOf(flag: string, given: unknown): string | undefined {
  if (typeof given !== 'string') {
    const option = OPTIONS.find((known) => known.flag === flag);
    return option !== undefined && 'default' in option ? option.default : undefined;
  }
  try {
    return parsePath(given);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(`--${flag}: ${error.message}`, { cause: error });
  }
}
