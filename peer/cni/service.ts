/**
 * Everything that launchers get: the socket and the queue of DELs, in the order that keeps a late
 * DEL from taking away what a newer ADD made.
 */
import type { PluginContext } from '../../plugin/context.ts';
import { createPlugin, type HandleInvocation } from '../../plugin/plugin.ts';
import { drainQueue, type QueueOptions } from './queue.ts';
import { type CniServer, startCniServer } from './server.ts';

interface CniServiceOptions {
  readonly socketPath: string;
  readonly queueDirectory: string;
  readonly context: PluginContext;
}

/**
 * Takes up the queued DELs, then listens. To be called when the context can release attachments,
 * whether or not it is ready for ADDs.
 */
export async function startCniService(options: CniServiceOptions): Promise<CniServer> {
  const { socketPath, queueDirectory, context } = options;
  const { log } = context;
  const handle = createPlugin(context);
  const drain = coalesce(() => drainOrLog({ directory: queueDirectory, handle, log }));
  await drain();
  const server = await startCniServer({ socketPath, handle: drainingFirst(handle, drain), log });
  // A launcher that found nobody just before we listened may have queued its DEL after the first.
  await drain();
  return server;
}

/** A queue that can't be read must not keep pods from starting: it is logged, and tried again. */
async function drainOrLog(options: QueueOptions): Promise<void> {
  try {
    await drainQueue(options);
  } catch (error) {
    const { directory, log } = options;
    log.error({ err: error, directory }, 'the queue of DELs could not be taken up');
  }
}

/**
 * A DEL that was queued before an ADD of the same attachment is done before it. The look into an
 * empty directory costs some tens of microseconds.
 */
function drainingFirst(handle: HandleInvocation, drain: () => Promise<void>): HandleInvocation {
  return async (invocation) => {
    if (invocation.environment.get('CNI_COMMAND') === 'ADD') await drain();
    return handle(invocation);
  };
}

/**
 * Never two runs at once: calls while one runs share one more run, which begins after it, so that
 * everyone's run began after the call. The task must not reject.
 */
function coalesce(task: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const start = async () => {
    next = undefined;
    running = task();
    await running;
    if (next === undefined) running = undefined;
  };
  return () => {
    if (running === undefined) return start();
    next ??= running.then(start);
    return next;
  };
}
