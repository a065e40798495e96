/** A process with kernelless peers, seen from the test. It ends with the test's process. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Answered, Asked, PeerAnswers, PeerRequest } from './kernelless-messages.ts';

const MAIN = join(import.meta.dirname, 'kernelless-process.ts');

interface Waiting {
  readonly resolve: (value: PeerAnswers[keyof PeerAnswers]) => void;
  readonly reject: (error: Error) => void;
}

export class KernellessGroup implements AsyncDisposable {
  // Addresses are bigints, which JSON has none of.
  readonly #child: ChildProcess = fork(MAIN, { serialization: 'advanced', execArgv: [] });
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;

  constructor() {
    this.#child.on('message', (answered: Answered) => this.#answered(answered));
    this.#child.once('exit', (code) => {
      for (const { reject } of this.#waiting.values())
        reject(new Error(`a process with peers ended with exit code ${code}`));
      this.#waiting.clear();
    });
  }

  /** Rejects with what went wrong in there, or when the process ends before it answers. */
  async ask<T extends PeerRequest>(machine: number, request: T): Promise<PeerAnswers[T['type']]> {
    const asked: Asked = { id: ++this.#asked, machine, request };
    const { promise, resolve, reject } = Promise.withResolvers<PeerAnswers[keyof PeerAnswers]>();
    this.#waiting.set(asked.id, { resolve, reject });
    this.#child.send(asked);
    return (await promise) as PeerAnswers[T['type']];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }

  #answered(answered: Answered): void {
    const waiting = this.#waiting.get(answered.id);
    this.#waiting.delete(answered.id);
    if ('problem' in answered) waiting?.reject(new Error(answered.problem));
    else waiting?.resolve(answered.value);
  }
}
