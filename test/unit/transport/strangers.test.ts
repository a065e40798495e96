/** Connections without proof of one address: which of them makes room for the next. */
import assert from 'node:assert/strict';
import { type TestContext, describe, it } from 'node:test';
import {
  HANDSHAKES_PER_ADDRESS_MAX,
  HANDSHAKE_OVERDUE_MS,
  HANDSHAKE_TIMEOUT_MS,
} from '#peer/transport/limits.ts';
import { Strangers } from '#peer/transport/strangers.ts';
import type { Origin } from '#peer/transport/admission.ts';
import { FakeSocket } from './fake-socket.ts';

/** Strangers of one address, each known by its port, in time that the test sets. */
class Crowd {
  readonly strangers = new Strangers(() => {});
  readonly #t: TestContext;
  readonly #origin: Origin;
  readonly #sockets: FakeSocket[] = [];

  constructor(t: TestContext, origin: Origin) {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    this.#t = t;
    this.#origin = origin;
  }

  /** The port of one that comes now. */
  come(): number {
    const socket = new FakeSocket();
    const port = this.#sockets.push(socket) - 1;
    const visitor = { key: String(port), address: '192.0.2.1', network: '192.0.2.0/24' };
    this.strangers.admit({ visitor, origin: this.#origin }, socket.asSocket());
    return port;
  }

  fill(): void {
    for (let n = 0; n < HANDSHAKES_PER_ADDRESS_MAX; n++) this.come();
  }

  wait(ms: number): void {
    for (let passedMs = 0; passedMs < ms; passedMs++) this.#t.mock.timers.tick(1);
  }

  gone(): readonly number[] {
    return [...this.#sockets.keys()].filter((port) => this.#sockets[port]?.destroyed);
  }
}

describe('strangers of one address', () => {
  it('who are in time make no room for another of it', (t) => {
    const crowd = new Crowd(t, 'other');
    crowd.fill();
    assert.deepEqual([crowd.come(), crowd.gone()], [4, [4]]);
  });

  it('who are overdue make room for the next of it, who said nothing first', (t) => {
    const crowd = new Crowd(t, 'other');
    crowd.fill();
    for (const speaks of ['0', '1', '3']) crowd.strangers.meet(speaks, () => {});
    crowd.wait(HANDSHAKE_OVERDUE_MS);
    crowd.come();
    assert.deepEqual(crowd.gone(), [2]);
    crowd.come();
    assert.deepEqual(crowd.gone(), [0, 2]);
  });

  it('that is a member’s make room at once, the oldest first', (t) => {
    const crowd = new Crowd(t, 'member');
    crowd.fill();
    crowd.come();
    crowd.come();
    assert.deepEqual(crowd.gone(), [0, 1]);
  });

  it('don’t count who has shown a key, and it has its time only', (t) => {
    const crowd = new Crowd(t, 'member');
    const withKey = crowd.come();
    crowd.strangers.admitted(String(withKey));
    crowd.fill();
    assert.deepEqual(crowd.gone(), []);
    crowd.fill();
    assert.ok(!crowd.gone().includes(withKey));
    crowd.wait(HANDSHAKE_TIMEOUT_MS);
    assert.ok(crowd.gone().includes(withKey));
  });
});
