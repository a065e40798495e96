/**
 * One HTTPS request with a deadline and a bounded answer. Knows nothing of Kubernetes: what a status
 * or a body means is for who asks.
 */
import type { IncomingMessage } from 'node:http';
import { type RequestOptions, request as openRequest } from 'node:https';

export interface HttpsAnswer {
  readonly status: number;
  /** The header Retry-After, as it came. */
  readonly retryAfter: string | undefined;
  readonly body: string;
}

export interface HttpsExchange {
  readonly options: RequestOptions;
  /** Text to send; undefined: none. */
  readonly body: string | undefined;
  readonly timeoutMs: number;
  readonly answerBytesMax: number;
  readonly signal: AbortSignal | undefined;
}

/** The answer is longer than what may be read. */
export class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong';
}

/**
 * The server closed an idle connection in the moment in which it was used again: it never saw the
 * request. Node's documentation of `request.reusedSocket` tells of this race.
 */
class IdleConnectionClosed extends Error {
  override readonly name = 'IdleConnectionClosed';
}

/**
 * Rejects with the connection's error, AnswerTooLong, an Error that says how long it waited, or the
 * signal's reason. The deadline covers everything from name look-up to the last byte.
 */
export async function exchange(exchange: HttpsExchange): Promise<HttpsAnswer> {
  const { timeoutMs, signal } = exchange;
  signal?.throwIfAborted();
  const deadline = AbortSignal.timeout(timeoutMs);
  const over = signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
  try {
    return await sendOnOpenConnection(exchange, over);
  } catch (error) {
    signal?.throwIfAborted();
    if (!deadline.aborted) throw error;
    throw new Error(`no answer within ${timeoutMs} ms`, { cause: error });
  }
}

/** Again, if it is a question and the connection was closed already; each may be, up to as many as there are. */
async function sendOnOpenConnection(
  exchange: HttpsExchange,
  signal: AbortSignal,
): Promise<HttpsAnswer> {
  for (;;) {
    try {
      return await send(exchange, signal);
    } catch (error) {
      // A connection that failed is in the agent no more, so this comes to an end.
      if (!(error instanceof IdleConnectionClosed) || exchange.options.method !== 'GET')
        throw error;
    }
  }
}

function send(
  { options, body, answerBytesMax }: HttpsExchange,
  signal: AbortSignal,
): Promise<HttpsAnswer> {
  return new Promise((resolve, reject) => {
    const request = openRequest({ ...options, signal }, (response) => {
      readBody(response, answerBytesMax).then(
        (text) =>
          resolve({
            status: response.statusCode ?? 0,
            retryAfter: response.headers['retry-after'],
            body: text,
          }),
        reject,
      );
    });
    request.on('error', (error) => {
      const code = 'code' in error ? error.code : undefined;
      const isClosed = request.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE');
      reject(isClosed ? new IdleConnectionClosed(error.message, { cause: error }) : error);
    });
    // Nobody asked for another protocol. Node would only close the connection, and tell nobody.
    request.on('upgrade', (_response, socket) => {
      socket.destroy();
      reject(new Error('it went over to another protocol'));
    });
    request.end(body);
  });
}

async function readBody(response: IncomingMessage, bytesMax: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    // Leaving the loop by an exception destroys the connection: nothing more is read from it.
    if (bytes > bytesMax) throw new AnswerTooLong(`the answer is longer than ${bytesMax} bytes`);
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString('utf8');
}
