/**
 * Connections to our port whose other end has not proved itself yet, from TCP on. So many of them
 * at most: whoever comes when all places are taken is dropped before TLS, which costs next to
 * nothing, and dials again later; so a rush goes through in the order in which it came. Only one
 * that has taken its time makes room, so a stranger holds a place no longer than that.
 * Links don't count, so strangers end none of those that are up. New ones they can crowd out for as
 * long as they come from more addresses than there are places.
 */
import type { Socket } from 'node:net';
import { assert } from '../assert.ts';
import { Deadline } from './deadline.ts';
import { HANDSHAKES_MAX, HANDSHAKES_PER_ADDRESS_MAX, HANDSHAKE_OVERDUE_MS } from './limits.ts';
import type { RefusalReason } from './refusal.ts';

interface Stranger {
  readonly socket: Socket;
  readonly group: string;
  readonly overdue: Deadline;
}

export class Strangers {
  /** By the other end's address and port, the oldest first. */
  readonly #strangers = new Map<string, Stranger>();
  /** Of these, who may be dropped for another, the oldest first. */
  readonly #overdue = new Set<string>();
  readonly #ofGroup = new Map<string, number>();

  /** Takes a connection; drops it, or one that is overdue in its place, where there are too many. Says why. */
  admit(key: string, group: string, socket: Socket): RefusalReason | undefined {
    if ((this.#ofGroup.get(group) ?? 0) >= HANDSHAKES_PER_ADDRESS_MAX) {
      socket.destroy();
      return 'too-many-handshakes-of-address';
    }
    const isFull = this.#strangers.size >= HANDSHAKES_MAX;
    if (isFull && !this.#dropOverdue()) socket.destroy();
    else this.#add(key, group, socket);
    return isFull ? 'too-many-handshakes' : undefined;
  }

  /** The other end has proved itself: it is no stranger any more. */
  proven(key: string): void {
    const stranger = this.#strangers.get(key);
    if (stranger !== undefined) this.#forget(key, stranger.socket);
  }

  #add(key: string, group: string, socket: Socket): void {
    const overdue = new Deadline(HANDSHAKE_OVERDUE_MS, () => this.#overdue.add(key));
    this.#strangers.set(key, { socket, group, overdue });
    this.#count(group, 1);
    socket.once('close', () => this.#forget(key, socket));
  }

  /** Whether there was one to drop. */
  #dropOverdue(): boolean {
    for (const key of this.#overdue) {
      const socket = this.#strangers.get(key)?.socket;
      assert(socket !== undefined, 'whoever is overdue is a stranger');
      this.#forget(key, socket);
      socket.destroy();
      return true;
    }
    return false;
  }

  #forget(key: string, socket: Socket): void {
    const stranger = this.#strangers.get(key);
    if (stranger?.socket !== socket) return;
    stranger.overdue.cancel();
    this.#strangers.delete(key);
    this.#overdue.delete(key);
    this.#count(stranger.group, -1);
  }

  #count(group: string, change: 1 | -1): void {
    const count = (this.#ofGroup.get(group) ?? 0) + change;
    if (count > 0) this.#ofGroup.set(group, count);
    else this.#ofGroup.delete(group);
  }
}
