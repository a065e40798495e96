/** A process that runs a group of peers inside the bench's namespace, seen from the experiment. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import process from 'node:process';
import type { Namespace } from '#test/support/namespace.ts';
import type { Answered, Asked, GroupAnswers, GroupRequest } from './group-messages.ts';

const GROUP = resolve('bench/mesh/group.ts');

type Waiting = {
  readonly resolve: (value: GroupAnswers[keyof GroupAnswers]) => void;
  readonly reject: (error: Error) => void;
};

export class GroupProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;

  /** `profileDirectory`: where Node writes a profile of its CPU time when it ends. */
  constructor(namespace: Namespace, profileDirectory?: string) {
    const profile =
      profileDirectory === undefined
        ? []
        : ['--cpu-prof', `--cpu-prof-dir=${resolve(profileDirectory)}`];
    const group = ['netns', 'exec', namespace.name, process.execPath, ...profile, GROUP];
    this.#child = spawn('ip', group, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child.on('message', ({ id, value }: Answered) => {
      this.#waiting.get(id)?.resolve(value);
      this.#waiting.delete(id);
    });
    this.#child.once('exit', (code) => this.#ended(`the group ended with exit code ${code}`));
  }

  /** Resolves to the answer. Rejects when the process ends before it. */
  async ask<T extends GroupRequest>(request: T): Promise<GroupAnswers[T['type']]> {
    const asked: Asked = { id: this.#nextId++, request };
    const { promise, resolve, reject } = Promise.withResolvers<GroupAnswers[keyof GroupAnswers]>();
    this.#waiting.set(asked.id, { resolve, reject });
    this.#child.send(asked);
    return (await promise) as GroupAnswers[T['type']];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    // The group ends with its channel.
    this.#child.disconnect();
    await ended;
  }

  #ended(detail: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(detail));
    this.#waiting.clear();
  }
}
