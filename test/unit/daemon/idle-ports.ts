/** A driver's ports into a world where nothing happens; tests put theirs over it. */
import type { DriverPorts } from '#peer/daemon/driver.ts';

const nothing = (): void => {};

export const idlePorts: DriverPorts = {
  dial: nothing,
  send: nothing,
  close: nothing,
  commit: nothing,
  remember: nothing,
  askSpace: async () => false,
  askView: nothing,
  askExecutor: async () => undefined,
  askPeerView: async () => undefined,
  lookAgain: nothing,
  fence: nothing,
};
