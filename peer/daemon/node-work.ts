/**
 * What a peer does for its node beside the overlay: masquerade to the world outside, and launcher
 * and network configuration for the container runtime. What goes wrong there is told and stops nothing.
 */
import type { Logger } from 'pino';
import { Installation } from '../cni/installation.ts';
import type { Config } from '../config/config.ts';
import type { Core } from '../core/core.ts';
import { openNftables } from '../kernel/nftables.ts';
import { RulesetReconciler } from '../kernel/ruleset-reconciler.ts';
import { masqueradeRuleset } from '../overlay/masquerade.ts';
import type { Standing } from './standing.ts';

export interface NodeWorkOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly parts: AsyncDisposableStack;
  readonly state: { readonly core: Core };
  readonly standing: Pick<Standing, 'isReady' | 'watchNode'>;
}

/**
 * Begins with masquerade; the installation is to be started when launchers are listened to. `parts` end
 * both, and leave on the node what was put there.
 */
export function beginNodeWork({
  config,
  log,
  parts,
  state,
  standing,
}: NodeWorkOptions): Pick<Installation, 'start'> {
  const wanted = masqueradeRuleset(config);
  const ruleset = new RulesetReconciler({
    nftables: openNftables(),
    // As with the rest of the kernel: nothing is touched before it is known that the cluster takes us.
    wanted: () => (state.core.ipam.phase() === 'member' ? wanted : undefined),
    log,
  });
  parts.adopt(ruleset, (running) => running.stop());
  const installation = new Installation({
    binDirectory: config.cniBinDirectory,
    confDirectory: config.cniConfDirectory,
    isReady: () => standing.isReady(),
    log,
  });
  parts.adopt(installation, (running) => running.stop());
  standing.watchNode({ ruleset, installation });
  return installation;
}
