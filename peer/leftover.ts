/** What an installation leaves on a node, and how `weft reset` is told of it. */

/** One thing of ours that can be taken away. */
export interface Leftover {
  /** For people. */
  readonly what: string;
  /** Rejects with the reason. What is gone already is fine. */
  remove(): Promise<void>;
}

export interface Leftovers {
  /** In the order to remove them. */
  readonly ours: readonly Leftover[];
  /** What stays, and why: each a sentence for people. */
  readonly kept: readonly string[];
}

export function joinLeftovers(parts: readonly Leftovers[]): Leftovers {
  return {
    ours: parts.flatMap(({ ours }) => ours),
    kept: parts.flatMap(({ kept }) => kept),
  };
}
