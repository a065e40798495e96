/** Waiting for what can be observed: asked again and again, for a bounded time. */
import { setTimeout as delay } from 'node:timers/promises';

/** Several times what anything here takes on two busy cores: after it, it does not happen any more. */
const WITHIN_MS = 20_000;
const POLL_MS = 50;

export interface Wait {
  readonly withinMs?: number;
  /** Between two times that it is asked: more than usual for what costs those who are asked a lot. */
  readonly everyMs?: number;
  /** What there is instead, for the error; asked once, when the time is over. */
  readonly instead?: () => string | Promise<string>;
}

/**
 * The probe's first answer that is not undefined. Throws that `what` did not happen when the time
 * is over, and at once what the probe throws.
 */
export async function eventually<Answer>(
  what: string,
  probe: () => Promise<Answer | undefined> | Answer | undefined,
  { withinMs = WITHIN_MS, everyMs = POLL_MS, instead }: Wait = {},
): Promise<Answer> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined) return answer;
    if (performance.now() >= deadline) break;
    await delay(everyMs);
  }
  const found = instead === undefined ? '' : `:\n${await instead()}`;
  throw new Error(`${what}: not within ${withinMs / 1000} s${found}`);
}

/** The same for what is true or not yet. */
export async function eventuallyTrue(
  what: string,
  probe: () => Promise<boolean> | boolean,
  wait: Wait = {},
): Promise<void> {
  await eventually(what, async () => ((await probe()) ? true : undefined), wait);
}
