/**
 * Connections to our port whose other end has not proved itself yet, from TCP on, with one time for
 * all that it has to do until then. Whoever comes when there is no place is dropped before TLS, which
 * costs next to nothing, and dials again later. Members have places of their own, and so have
 * addresses that were not here lately: strangers keep neither out by coming again and again. Nor do
 * those that come from a member's own address: of these the oldest goes. Links don't count, so
 * strangers end none of those that are up; nor does who has shown a key, and so makes room for nobody.
 */
import type { Socket } from 'node:net';
import type { Admitted } from './admission.ts';
import { Deadline } from './deadline.ts';
import {
  HANDSHAKES_MAX,
  HANDSHAKES_PER_ADDRESS_MAX,
  HANDSHAKE_OVERDUE_MS,
  HANDSHAKE_TIMEOUT_MS,
  NEWCOMER_HANDSHAKES_MAX,
} from './limits.ts';
import { Places, type Visitor } from './places.ts';
import type { RefusalReason } from './refusal.ts';

interface Stranger {
  readonly socket: Socket;
  readonly places: Places;
  deadline: Deadline;
  /** It has not even opened a WebSocket. */
  isSilent: boolean;
  /** Ends it when its time is over. */
  end: () => void;
}

export class Strangers {
  readonly #onTimeout: () => void;
  /** By the other end's address and port. */
  readonly #strangers = new Map<string, Stranger>();
  readonly #ofMembers = new Places(HANDSHAKES_MAX);
  readonly #ofNewcomers = new Places(NEWCOMER_HANDSHAKES_MAX);
  readonly #ofAll = new Places(HANDSHAKES_MAX);

  /** `onTimeout` is told of each that is cut off before there was a Hello to answer. */
  constructor(onTimeout: () => void) {
    this.#onTimeout = onTimeout;
  }

  /** Takes a connection; drops it, or another in its place, where there are too many. Says why. */
  admit(admitted: Admitted, socket: Socket): RefusalReason | undefined {
    const { visitor, origin } = admitted;
    const ofAddress = this.#keysOf(visitor.address);
    if (ofAddress.length < HANDSHAKES_PER_ADDRESS_MAX)
      return this.#enter(admitted, socket) ? undefined : 'too-many-handshakes';
    const yielding = this.#whoYields(ofAddress, origin);
    if (yielding === undefined) socket.destroy();
    else {
      this.#drop(yielding);
      this.#enter(admitted, socket);
    }
    return 'too-many-handshakes-of-address';
  }

  /** Somebody speaks with it, and ends it with a farewell when its time is over. */
  meet(key: string, end: () => void): void {
    const stranger = this.#strangers.get(key);
    if (stranger === undefined) return;
    stranger.end = end;
    stranger.isSilent = false;
  }

  /** The other end has a cluster key: it competes with no strangers any more. Its time goes on. */
  admitted(key: string): void {
    this.#strangers.get(key)?.places.leave(key);
  }

  /** The other end has proved itself: it is no stranger any more. False when it was none. */
  proven(key: string): boolean {
    const stranger = this.#strangers.get(key);
    if (stranger !== undefined) this.#forget(key, stranger.socket);
    return stranger !== undefined;
  }

  #keysOf(address: string): readonly string[] {
    const all = [this.#ofMembers, this.#ofNewcomers, this.#ofAll];
    return all.flatMap((places) => places.keysOf(address));
  }

  /** Of those of one address: the member itself is through before the next ones come. */
  #whoYields(keys: readonly string[], origin: Admitted['origin']): string | undefined {
    const overdue = keys.filter((key) => this.#strangers.get(key)?.places.isOverdue(key));
    const silent = overdue.find((key) => this.#strangers.get(key)?.isSilent);
    return silent ?? overdue[0] ?? (origin === 'member' ? keys[0] : undefined);
  }

  /** Gives it a place, its own or one of another; true when there was room for both. */
  #enter({ visitor, origin }: Admitted, socket: Socket): boolean {
    const places = this.#choosePlaces(visitor, origin);
    const isFull = places.isFull();
    const yielding = isFull ? places.whoYields(visitor) : undefined;
    if (yielding !== undefined) this.#drop(yielding);
    if (isFull && yielding === undefined) socket.destroy();
    else this.#add(visitor, socket, places);
    return !isFull;
  }

  #choosePlaces(visitor: Visitor, origin: Admitted['origin']): Places {
    if (origin === 'member') return this.#ofMembers;
    const own = this.#ofNewcomers;
    const hasRoom = !own.isFull() || own.whoYields(visitor) !== undefined;
    return origin === 'newcomer' && hasRoom ? own : this.#ofAll;
  }

  #add(visitor: Visitor, socket: Socket, places: Places): void {
    const { key } = visitor;
    places.take(visitor);
    const end = (): void => {
      this.#onTimeout();
      socket.destroy();
    };
    const deadline = new Deadline(HANDSHAKE_OVERDUE_MS, () => this.#isLate(key));
    this.#strangers.set(key, { socket, places, deadline, isSilent: true, end });
    socket.once('close', () => this.#forget(key, socket));
  }

  /** It goes as soon as its place is needed, and at last in any case. */
  #isLate(key: string): void {
    const stranger = this.#strangers.get(key);
    if (stranger === undefined) return;
    stranger.places.isLate(key);
    const leftMs = HANDSHAKE_TIMEOUT_MS - HANDSHAKE_OVERDUE_MS;
    stranger.deadline = new Deadline(leftMs, () => stranger.end());
  }

  #drop(key: string): void {
    const stranger = this.#strangers.get(key);
    if (stranger === undefined) return;
    this.#forget(key, stranger.socket);
    stranger.socket.destroy();
  }

  #forget(key: string, socket: Socket): void {
    const stranger = this.#strangers.get(key);
    if (stranger?.socket !== socket) return;
    stranger.deadline.cancel();
    stranger.places.leave(key);
    this.#strangers.delete(key);
  }
}
