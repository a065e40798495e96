/**
 * Makes one image from its definition: a folder of images/ with the instructions, or a Dockerfile that
 * is given. Which images there are is not known here.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from './command.ts';
import type { ImageStore } from './image-store.ts';

/** How one image is made. */
export interface Recipe {
  readonly name: string;
  /** Names the part of the cache. */
  readonly part: string;
  readonly aliases?: readonly string[];
  readonly inputs: readonly string[];
  /** Fills the directory that the image is built from, which has the files of the definition. */
  readonly fill: (context: string) => Promise<void> | void;
  /** The name of the file of instructions. */
  readonly instructions: string;
  /** The folder of images/ that has them, if they are not filled in. */
  readonly folder?: string;
  /** It is built on the base, so that has to be there first. */
  readonly base?: string;
  readonly buildArguments?: () => Promise<Readonly<Record<string, string>>>;
}

const DEFINITIONS = path.join(import.meta.dirname, 'images');
/** The instructions in a folder of images/. */
export const INSTRUCTIONS = 'Containerfile';
const BASE_FOLDER = 'base';

/** The names and contents of what a folder of images/ has. */
export function readDefinition(folder: string): readonly string[] {
  const directory = path.join(DEFINITIONS, folder);
  return readdirSync(directory)
    .sort()
    .flatMap((file) => [file, readFileSync(path.join(directory, file), 'utf8')]);
}

/** Builds the image and writes it to the file, with what comes between in the same directory. */
export async function makeArchive(store: ImageStore, recipe: Recipe, file: string): Promise<void> {
  const { name, instructions, folder, base } = recipe;
  if (base !== undefined) await provideBase(store, base, path.dirname(file));
  const context = path.join(path.dirname(file), 'context');
  mkdirSync(context);
  if (folder !== undefined) cpSync(path.join(DEFINITIONS, folder), context, { recursive: true });
  await recipe.fill(context);
  const buildArguments = await recipe.buildArguments?.();
  await store.build({ name, context, instructions, ...(buildArguments && { buildArguments }) });
  await store.save(name, file);
  rmSync(context, { recursive: true });
}

/** Debian, which the image's instructions begin from: no registry is asked for one. */
async function provideBase(store: ImageStore, name: string, directory: string): Promise<void> {
  if (await store.has(name)) return;
  const context = path.join(directory, BASE_FOLDER);
  cpSync(path.join(DEFINITIONS, BASE_FOLDER), context, { recursive: true });
  const script = path.join(context, 'make-root.sh');
  const task = 'making the Debian that images are built on';
  await runCommand(['sh', script, path.join(context, 'root.tar')], { task });
  await store.build({ name, context, instructions: INSTRUCTIONS });
  rmSync(context, { recursive: true });
}
