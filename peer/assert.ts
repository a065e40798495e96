/**
 * Assertions that stay on in production. A failed one is a bug of ours: the process ends with
 * EXIT_BUG and the supervisor starts it again from its durable state. Nothing that another peer,
 * the runtime or the operator can send may end here.
 */

export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure';
}

/** Throws AssertionFailure with `message` unless `condition` holds. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message);
}

/** For the default branch of an exhaustive switch: the compiler refuses a case that was forgotten. */
export function unreachable(value: never): never {
  throw new AssertionFailure(`unreachable: ${JSON.stringify(value)}`);
}
