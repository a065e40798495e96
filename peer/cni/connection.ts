/** One launcher from its HELLO to its answer, with a time-out and a bound on everything it sends. */
import type { Socket } from 'node:net';
import { type Answer, answerWithError } from '../../plugin/answer.ts';
import { CniError, CniErrorCode } from '../../plugin/cni-error.ts';
import type { PluginLog } from '../../plugin/context.ts';
import type { HandleInvocation } from '../../plugin/plugin.ts';
import { ERROR_VERSION } from '../../plugin/versions.ts';
import { FrameReader } from './frame-reader.ts';
import { LauncherHands } from './hands.ts';
import {
  decodeHello,
  encodeAnswer,
  ForeignVersion,
  type Frame,
  FrameType,
  ProtocolError,
} from './hands-protocol.ts';

/**
 * How long the launcher may take to say anything that is waited for. The launcher gives up as a
 * whole after 30 s (OVERALL_TIMEOUT_MS), so that this ends only what is stuck.
 */
const SILENCE_MS = 10_000;

/** How long an answer may take to be read. */
const FAREWELL_MS = 5_000;

export interface ConnectionOptions {
  readonly handle: HandleInvocation;
  readonly log: PluginLog;
  /** SILENCE_MS unless told otherwise. */
  readonly silenceMs?: number;
}

/** Resolves when the connection is over. Never rejects. */
export function serveConnection(socket: Socket, options: ConnectionOptions): Promise<void> {
  const connection = new Connection(socket, options);
  return new Promise((resolve) => {
    socket.on('data', (piece: Buffer) => connection.receive(piece));
    socket.on('timeout', () => connection.end('the launcher fell silent'));
    socket.on('error', (error) => connection.end(error.message));
    socket.on('end', () => connection.end('the launcher went away'));
    socket.on('close', () => {
      connection.end('the launcher went away');
      resolve();
    });
  });
}

class Connection {
  readonly #socket: Socket;
  readonly #options: Required<ConnectionOptions>;
  readonly #reader = new FrameReader();
  #hands: LauncherHands | undefined;
  #answered = false;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = { silenceMs: SILENCE_MS, ...options };
    socket.setTimeout(this.#options.silenceMs);
  }

  receive(piece: Buffer): void {
    // A launcher that was answered has nothing to say that matters.
    if (this.#answered) return;
    try {
      for (const frame of this.#reader.push(piece)) this.#accept(frame);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#options.log.warn({ err: error }, 'a launcher broke the protocol');
      if (error instanceof ForeignVersion) this.#answer(encodeAnswer(refusalOf(error)));
      else this.end(error.message);
    }
  }

  /** Ends what is under way; after the answer it only makes sure that the socket goes. */
  end(reason: string): void {
    this.#hands?.end(reason);
    this.#socket.destroy();
  }

  #accept(frame: Frame): void {
    if (this.#hands !== undefined) {
      this.#socket.setTimeout(0);
      this.#hands.accept(frame);
    } else if (frame.type === FrameType.hello) {
      this.#begin(frame);
    } else {
      throw new ProtocolError(`a frame of type ${frame.type} before HELLO`);
    }
  }

  #begin({ payload }: Frame): void {
    const hello = decodeHello(payload);
    this.#socket.setTimeout(0);
    const hands = new LauncherHands(hello, (bytes) => this.#ask(bytes));
    this.#hands = hands;
    const { environment, config } = hello;
    void this.#options
      .handle({ environment, config, hands })
      .then((answer) => this.#answer(encodeAnswer(answer)));
  }

  #ask(bytes: Uint8Array): void {
    this.#socket.setTimeout(this.#options.silenceMs);
    this.#socket.write(bytes);
  }

  #answer(bytes: Uint8Array): void {
    if (this.#answered || this.#socket.destroyed) return;
    this.#answered = true;
    this.#socket.setTimeout(FAREWELL_MS);
    this.#socket.end(bytes);
  }
}

/** For a runtime whose configuration, with its cniVersion, can't be read out of that HELLO. */
function refusalOf({ message }: ForeignVersion): Answer {
  return answerWithError(ERROR_VERSION, new CniError(CniErrorCode.foreignLauncher, message));
}
