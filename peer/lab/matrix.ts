/** Who reaches whom as a matrix of characters: a row for each source, a column for each target. */
import type { Reachability } from './reachability.ts';

/** More rows than this nobody reads: then only failures are listed. */
const ENDPOINTS_SHOWN_MAX = 64;
/** Up to here cells have spaces between them; more of them stand side by side to fit on a terminal. */
const ENDPOINTS_SPACED_MAX = 20;
/** Failures listed in place of a matrix that is too large. */
const FAILURES_SHOWN_MAX = 20;

/** Renders the matrix: `+` reaches, `X` does not, `.` is itself; what was not tried is no matrix. Columns are numbered as the rows are. */
export function renderMatrix(reachability: Reachability): string {
  const { endpoints, targetsPerSource } = reachability;
  return endpoints.length > ENDPOINTS_SHOWN_MAX || targetsPerSource !== undefined
    ? renderFailures(reachability)
    : renderCells(reachability);
}

function renderCells({ endpoints, unreachable }: Reachability): string {
  const failed = new Set(unreachable.map(({ from, to }) => `${from} ${to}`));
  const gap = endpoints.length > ENDPOINTS_SPACED_MAX ? '' : ' ';
  const digits = String(endpoints.length).length;
  const nameWidth = Math.max(...endpoints.map((name) => name.length));
  const numbers = endpoints.map((_, index) => String(index + 1).padStart(digits));
  // Column numbers are written downwards, a digit on each line, so that a column is one character wide.
  const header = Array.from({ length: digits }, (_, place) => {
    const places = numbers.map((number) => number[place]).join(gap);
    return `${' '.repeat(digits + nameWidth + 3)}${places}`;
  });
  const rows = endpoints.map((from, row) => {
    const cells = endpoints.map((to) => cellOf({ from, to, failed })).join(gap);
    return `${numbers[row]}  ${from.padEnd(nameWidth)} ${cells}`;
  });
  return [...header, ...rows].map((line) => line.trimEnd()).join('\n');
}

function cellOf({
  from,
  to,
  failed,
}: {
  from: string;
  to: string;
  failed: ReadonlySet<string>;
}): string {
  if (from === to) return '.';
  return failed.has(`${from} ${to}`) ? 'X' : '+';
}

function renderFailures({ endpoints, targetsPerSource, unreachable }: Reachability): string {
  const others = targetsPerSource ?? endpoints.length - 1;
  const pairs = endpoints.length * others;
  const which =
    targetsPerSource === undefined
      ? `all ${pairs} pairs`
      : `all ${pairs} pairs that were tried, ${others} for each,`;
  if (unreachable.length === 0)
    return `${which} of ${endpoints.length} nodes and pods reach each other`;
  const shown = unreachable
    .slice(0, FAILURES_SHOWN_MAX)
    .map(({ from, to, address }) => `X ${from} -> ${to} (${address})`);
  const more = unreachable.length - shown.length;
  return [...shown, ...(more > 0 ? [`... and ${more} more`] : [])].join('\n');
}
