/** What the operator may have the running peer do, connected to the parts that do it. */
import type { Logger } from 'pino';
import type { Arbiter } from '../arbiter/arbiter.ts';
import type { Config } from '../config/config.ts';
import {
  type ControlServer,
  controlSocketPath,
  startControlServer,
} from '../control/control-server.ts';
import { removePeer } from '../control/remove-peer.ts';
import type { Core } from '../core/core.ts';
import type { Driver } from './driver.ts';

export interface OperatorControlOptions {
  readonly config: Pick<Config, 'cniSocket'>;
  readonly log: Logger;
  readonly core: Core;
  readonly driver: Pick<Driver, 'tell'>;
  readonly arbiter: Arbiter;
}

/** Rejects with what to do when its socket can't be made. */
export async function startOperatorControl({
  config,
  log,
  core,
  driver,
  arbiter,
}: OperatorControlOptions): Promise<ControlServer> {
  return await startControlServer(controlSocketPath(config.cniSocket), {
    remove: (request) =>
      removePeer(
        {
          self: core.self,
          arbiter,
          log,
          hasRecordOf: (peer) => core.mesh.directory.peer(peer) !== undefined,
          isDown: (peer) => core.mesh.down().has(peer),
          onView: (view) => driver.tell({ type: 'view', view }),
        },
        request,
      ),
  });
}
