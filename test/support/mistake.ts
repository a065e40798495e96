/**
 * Plants a mistake: one piece of source text is another when its module is loaded. So the code that
 * is shipped has no switches for tests. What is not found exactly once is an error, so that no
 * planted mistake can quietly be none.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

export interface Mistake {
  readonly name: string;
  /** From the root of the repository. */
  readonly file: string;
  readonly text: string;
  readonly replacement: string;
}

const ROOT = path.resolve(import.meta.dirname, '../..');

/** Before the module is imported. Answers a check that it was, to be called after that. */
export function plantMistake(mistake: Mistake): () => void {
  const file = path.join(ROOT, mistake.file);
  const url = pathToFileURL(file).href;
  let isPlanted = false;
  registerHooks({
    load(loaded, context, nextLoad) {
      if (loaded !== url) return nextLoad(loaded, context);
      isPlanted = true;
      const source = withMistake(readFileSync(file, 'utf8'), mistake);
      return { format: 'module-typescript', source, shortCircuit: true };
    },
  });
  return () => {
    if (!isPlanted) throw new Error(`${mistake.file} was not loaded: ${mistake.name}`);
  };
}

export function withMistake(source: string, { name, file, text, replacement }: Mistake): string {
  const parts = source.split(text);
  if (parts.length !== 2)
    throw new Error(
      `"${name}": ${file} has its text ${parts.length - 1} times, and not once: write the mistake anew`,
    );
  return parts.join(replacement);
}
