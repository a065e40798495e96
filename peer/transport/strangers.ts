/**
 * Connections to our port whose other end has not proved itself yet, from TCP on. So many of them
 * at most: a newcomer takes the place of the oldest, as an honest handshake takes milliseconds.
 * Links don't count, so strangers never keep members out, however many addresses they have.
 */
import type { Socket } from 'node:net';
import { HANDSHAKES_MAX, HANDSHAKES_PER_ADDRESS_MAX } from './limits.ts';
import type { RefusalReason } from './refusal.ts';

interface Stranger {
  readonly socket: Socket;
  readonly group: string;
}

export class Strangers {
  /** By the other end's address and port, the oldest first. */
  readonly #strangers = new Map<string, Stranger>();
  readonly #ofGroup = new Map<string, number>();

  /** Takes a connection; drops it, or the oldest in its place, where there are too many. Says which. */
  admit(key: string, group: string, socket: Socket): RefusalReason | undefined {
    if ((this.#ofGroup.get(group) ?? 0) >= HANDSHAKES_PER_ADDRESS_MAX) {
      socket.destroy();
      return 'too-many-handshakes-of-address';
    }
    const isFull = this.#strangers.size >= HANDSHAKES_MAX;
    if (isFull) this.#dropOldest();
    this.#strangers.set(key, { socket, group });
    this.#count(group, 1);
    socket.once('close', () => this.#forget(key, socket));
    return isFull ? 'too-many-handshakes' : undefined;
  }

  /** The other end has proved itself: it is no stranger any more. */
  proven(key: string): void {
    const stranger = this.#strangers.get(key);
    if (stranger !== undefined) this.#forget(key, stranger.socket);
  }

  #dropOldest(): void {
    for (const [key, { socket }] of this.#strangers) {
      this.#forget(key, socket);
      socket.destroy();
      return;
    }
  }

  #forget(key: string, socket: Socket): void {
    const stranger = this.#strangers.get(key);
    if (stranger?.socket !== socket) return;
    this.#strangers.delete(key);
    this.#count(stranger.group, -1);
  }

  #count(group: string, change: 1 | -1): void {
    const count = (this.#ofGroup.get(group) ?? 0) + change;
    if (count > 0) this.#ofGroup.set(group, count);
    else this.#ofGroup.delete(group);
  }
}
