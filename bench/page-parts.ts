/** What the sections of docs/BENCHMARKS.md are made of. */

/** What figures were measured on; see writeResult. */
export interface Origin {
  readonly measuredAt: string;
  readonly commit: string;
  readonly node: string;
  readonly kernel: string;
  readonly cpu: string;
  readonly cores: number;
}

/** A target that the median of what was measured does not reach. */
export interface Missed {
  readonly what: string;
  readonly measured: string;
  readonly target: string;
  readonly why?: string | undefined;
}

export function describeOrigin({ measuredAt, commit, node, kernel, cpu, cores }: Origin): string {
  const day = measuredAt.slice(0, 10);
  return `Measured on ${day} at commit ${commit}: ${cores} cores (${cpu}), Linux ${kernel}, Node ${node}.`;
}

export function markdown(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, header.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}
