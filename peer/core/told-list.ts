/**
 * The list of members that the arbiter told in this run. The one on our disk may be of the day when we
 * registered, so it alone says nothing of who else there is.
 */
import type { CoreEvent } from './core-event.ts';
import type { View } from '../ipam/custody-state.ts';
import type { Directory } from '../mesh/directory.ts';
import type { PeerId } from '../mesh/peer-id.ts';

export class ToldList {
  #view: View | undefined;

  /** Whether it is told now, and news. */
  note(event: CoreEvent): boolean {
    if (event.type !== 'view' && event.type !== 'registered') return false;
    if (this.#view !== undefined && event.view.rev <= this.#view.rev) return false;
    this.#view = event.view;
    return true;
  }

  /** Whether it names nobody else. */
  isAlone(): boolean {
    return this.#view?.members.size === 1;
  }

  /**
   * The members whose records are not in the directory: some peer that was away may yet bring one.
   * `adopted`: the list that we go by, which may be newer. Undefined while none was told.
   */
  awaited(adopted: View, directory: Directory): readonly PeerId[] | undefined {
    if (this.#view === undefined) return undefined;
    const { members } = this.#view.rev > adopted.rev ? this.#view : adopted;
    return [...members.keys()].filter((peer) => directory.peer(peer) === undefined);
  }
}
