/**
 * The queue of DELs that launchers wrote while there was no peer (plugin/launcher/queue.c). Each
 * file is the payload of a HELLO; it is removed when its DEL is done. What can't be read is set
 * aside, never deleted.
 */
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PluginLog } from '../../plugin/context.ts';
import { CniError } from '../../plugin/cni-error.ts';
import { NO_HANDS } from '../../plugin/hands.ts';
import { parseInvocation } from '../../plugin/invocation.ts';
import type { HandleInvocation } from '../../plugin/plugin.ts';
import { decodeHello, FRAME_BYTES_MAX, type Hello, ProtocolError } from './hands-protocol.ts';

const QUEUED_PATTERN = /^del-[0-9]+-[0-9]+$/;
const SET_ASIDE_PREFIX = 'set-aside-';

export interface QueueOptions {
  readonly directory: string;
  readonly handle: HandleInvocation;
  readonly log: PluginLog;
}

interface DrainOutcome {
  readonly done: number;
  /** Their DEL failed; they stay and are tried again with the next drain. */
  readonly kept: number;
  /** They are no DEL that can be read, and lie beside the queue under another name. */
  readonly setAside: number;
}

/** Runs all that is queued, oldest first. A directory that is not there is an empty queue. */
export async function drainQueue(options: QueueOptions): Promise<DrainOutcome> {
  const outcome = { done: 0, kept: 0, setAside: 0 };
  for (const name of await listQueue(options.directory)) outcome[await drainOne(options, name)]++;
  if (outcome.done + outcome.kept + outcome.setAside > 0)
    options.log.info({ ...outcome }, 'queued DELs were taken up');
  return outcome;
}

async function listQueue(directory: string): Promise<readonly string[]> {
  try {
    const names = await readdir(directory);
    return names.filter((name) => QUEUED_PATTERN.test(name)).sort();
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

async function drainOne(
  { directory, handle, log }: QueueOptions,
  name: string,
): Promise<keyof DrainOutcome> {
  const path = join(directory, name);
  const hello = await readQueued(path);
  if (hello instanceof Error) {
    const aside = join(directory, SET_ASIDE_PREFIX + name);
    await rename(path, aside);
    log.error(
      { path: aside, reason: hello.message },
      'a queued DEL can not be read: it was set aside',
    );
    return 'setAside';
  }
  const { environment, config } = hello;
  const answer = await handle({ environment, config, hands: NO_HANDS });
  if (answer.exitCode === 0) {
    await rm(path);
    return 'done';
  }
  log.warn({ path, answer: answer.stdout }, 'a queued DEL failed: it stays in the queue');
  return 'kept';
}

/** What is in the file, or why it is no DEL that could ever be done. */
async function readQueued(path: string): Promise<Hello | Error> {
  const { size } = await stat(path);
  if (size > FRAME_BYTES_MAX)
    return new ProtocolError(`${size} bytes are more than a DEL can have`);
  try {
    const hello = decodeHello(await readFile(path));
    const { command } = parseInvocation({ ...hello, hands: NO_HANDS });
    return command === 'DEL' ? hello : new ProtocolError(`it holds ${command}, not DEL`);
  } catch (error) {
    if (error instanceof ProtocolError || error instanceof CniError) return error;
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
