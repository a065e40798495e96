/** Reads fields of decoded JSON of which nothing is known yet. */

/** The value at the path; undefined where there is none. */
export function fieldAt(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const name of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[name];
  }
  return at;
}

/** The text at the path; undefined for anything else. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const text = fieldAt(value, ...path);
  return typeof text === 'string' ? text : undefined;
}

/** The list at the path; empty for anything else. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const list = fieldAt(value, ...path);
  return Array.isArray(list) ? list : [];
}
