/** What stands in the way of a start and can be mended while the peer waits. */
export class StartObstacle extends Error {
  override readonly name = 'StartObstacle';
  /** How long the API server asks to wait. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { retryAfterMs, cause }: ObstacleFacts = {}) {
    super(message, cause === undefined ? {} : { cause });
    this.retryAfterMs = retryAfterMs;
  }
}

interface ObstacleFacts {
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}
