/**
 * The one entry: an invocation in, an answer out. Whatever goes wrong inside becomes an error
 * document; nothing is thrown, so that one bad call can't end the peer.
 */
import { unreachable } from '../peer/assert.ts';
import { attachmentKey } from '../peer/ipam/attachment.ts';
import { add } from './add.ts';
import { type Answer, answerWithError } from './answer.ts';
import { check } from './check.ts';
import { CniError, CniErrorCode } from './cni-error.ts';
import type { PluginContext } from './context.ts';
import { del } from './del.ts';
import { gc } from './gc.ts';
import { type Hands, HandsGone } from './hands.ts';
import { type AttachmentRequest, type Invocation, parseInvocation } from './invocation.ts';
import { versionForErrors } from './network-config.ts';
import { status } from './status.ts';
import { Turns } from './turns.ts';
import { version } from './version.ts';

export type HandleInvocation = (invocation: Invocation) => Promise<Answer>;

/** Commands of one attachment take turns; those of different attachments go side by side. */
export function createPlugin(context: PluginContext): HandleInvocation {
  const turns = new Turns();
  return async (invocation) => {
    try {
      return await dispatch(invocation, context, turns);
    } catch (error) {
      return answerWithError(versionForErrors(invocation.config), toCniError(error, context));
    }
  };
}

async function dispatch(
  invocation: Invocation,
  context: PluginContext,
  turns: Turns,
): Promise<Answer> {
  const request = parseInvocation(invocation);
  switch (request.command) {
    case 'VERSION':
      return version(request);
    case 'STATUS':
      return status(context);
    case 'GC':
      return gc(request);
    case 'ADD':
    case 'CHECK':
    case 'DEL':
      return turns.take(attachmentKey(request.key), () =>
        dispatchAttachment(request, invocation.hands, context),
      );
    default:
      return unreachable(request);
  }
}

async function dispatchAttachment(
  request: AttachmentRequest,
  hands: Hands,
  context: PluginContext,
): Promise<Answer> {
  const { command, key } = request;
  const run = { ADD: add, CHECK: check, DEL: del }[command];
  const answer = await run(request, hands, context);
  context.log.info({ ...key, command }, `${command} served`);
  return answer;
}

function toCniError(error: unknown, context: PluginContext): CniError {
  if (error instanceof CniError) return error;
  if (error instanceof HandsGone) {
    context.log.warn({ err: error }, 'the launcher went away: its command was taken back');
    return new CniError(CniErrorCode.tryAgainLater, `${error.message}: try again`, {
      cause: error,
    });
  }
  context.log.error({ err: error }, 'a CNI command failed unexpectedly');
  const details = error instanceof Error ? error.message : String(error);
  return new CniError(
    CniErrorCode.internal,
    "weft failed in a way it did not expect: see the peer's log",
    { details, cause: error },
  );
}
