/**
 * The peer's face over HTTP for its whole life: what it shows changes between its start and its
 * running, where it listens does not, unless the configuration does.
 */
import type { HttpAddress } from '../config/values.ts';
import { endpointKey } from '../mesh/endpoint-key.ts';
import type { Report } from './report.ts';
import { type HttpServer, startHttpServer } from './server.ts';

interface Listening {
  readonly server: HttpServer;
  readonly at: string;
}

export class HttpFront {
  #listening: Listening | undefined;
  #report: () => Report = () => {
    throw new Error('nothing is shown before serve()');
  };

  /** Shows this report from now on, at these addresses alone. Rejects with ListenError. */
  async serve(addresses: readonly HttpAddress[], report: () => Report): Promise<void> {
    this.#report = report;
    const at = addresses.map(addressKey).join();
    if (this.#listening?.at === at) return;
    await this.close();
    const server = await startHttpServer(addresses, () => this.#report());
    this.#listening = { server, at };
  }

  async close(): Promise<void> {
    const listening = this.#listening;
    this.#listening = undefined;
    await listening?.server.close();
  }
}

function addressKey(address: HttpAddress): string {
  return 'socketPath' in address ? address.socketPath : endpointKey(address);
}
