/** Tables for terminals: unboxed, left-aligned columns under an upper-case header. */

/** Between columns: three spaces, so that a cell which holds single spaces still reads as one. */
const GAP = '   ';

/**
 * Renders rows under a header; cells that are missing are empty. Lines have no trailing spaces and
 * there is no newline at the end. Control characters are shown as `?`: a cell may hold what somebody else wrote.
 */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const lines = [header.map((title) => title.toUpperCase()), ...rows].map((row) =>
    row.map(printable),
  );
  const widths = header.map((_, column) =>
    Math.max(...lines.map((row) => (row[column] ?? '').length)),
  );
  return lines
    .map((row) =>
      widths
        .map((width, column) => (row[column] ?? '').padEnd(width))
        .join(GAP)
        .trimEnd(),
    )
    .join('\n');
}

/** The text with every control character replaced, so that it can't move the cursor or forge a row. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?');
}
