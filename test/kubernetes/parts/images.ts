/**
 * The images of the cluster, each made once for what it is made from and kept as a file: pause,
 * CoreDNS, the tools that tests run in pods, and Weft itself.
 */
import { copyFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { cacheName, type PartsCache } from './cache.ts';
import { runCommand } from './command.ts';
import { INSTRUCTIONS, makeArchive, readDefinition, type Recipe } from './image-definition.ts';
import { ImageStore } from './image-store.ts';
import { NAMES_FOR_PAUSE, NAMES_FOR_TOOLS } from './upstream-images.ts';
import { copySources, hashSources } from './weft-sources.ts';
import type { Progress } from './progress.ts';

/** One image, as a file for a node's containerd. */
export interface ImageArchive {
  /** The reference that pods name, such as `localhost/weft:dev`. */
  readonly name: string;
  /** Further references of the same image: to be tagged so after the import. */
  readonly aliases: readonly string[];
  /** An uncompressed docker-archive. Its path changes whenever its content does. */
  readonly archive: string;
  /** What the image takes when it is unpacked. */
  readonly sizeBytes: number;
}

export const WEFT_IMAGE = 'localhost/weft:dev';
/** Debian with agnhost and the tools for looking at a network; agnhost is its entry point. */
export const TOOLS_IMAGE = 'localhost/weft-tools:dev';
export const COREDNS_IMAGE = 'localhost/coredns:dev';
export const PAUSE_IMAGE = 'localhost/pause:dev';

/** Directories of the parts that go into images. */
export interface ImageIngredients {
  /** Of the part `kubernetes`: agnhost and its certificate. */
  readonly kubernetes: string;
  readonly coredns: string;
}

const ARCHIVE = 'image.tar';

/** Gives the images, building those that the cache lacks. Throws PartsError. */
export async function provideImages(
  cache: PartsCache,
  progress: Progress,
  ingredients: ImageIngredients,
): Promise<readonly ImageArchive[]> {
  const store = new ImageStore(path.join(cache.directory, 'images'));
  const base = `localhost/${cacheName('weft-base', readDefinition('base'))}:dev`;
  const images: ImageArchive[] = [];
  for (const recipe of recipes(ingredients, base)) {
    const directory = await cache.provide({
      part: recipe.part,
      inputs: recipe.inputs,
      make: async (directory) => {
        await progress.during(`building the image ${recipe.name}`, async () => {
          await store.removeIfLarge();
          await makeArchive(store, recipe, path.join(directory, ARCHIVE));
        });
      },
    });
    const archive = path.join(directory, ARCHIVE);
    const { name, aliases = [] } = recipe;
    images.push({ name, aliases, archive, sizeBytes: statSync(archive).size });
  }
  return images;
}

/** One at a time, since what Weft is built from may change while those before it are built. */
function* recipes({ kubernetes, coredns }: ImageIngredients, base: string): Generator<Recipe> {
  yield {
    name: PAUSE_IMAGE,
    aliases: NAMES_FOR_PAUSE,
    ...defined('pause'),
    fill: async (context) => compilePause(context),
  };
  yield {
    name: COREDNS_IMAGE,
    ...defined('coredns', path.basename(coredns)),
    fill: (context) =>
      copyFileSync(path.join(coredns, 'bin/coredns'), path.join(context, 'coredns')),
  };
  yield {
    name: TOOLS_IMAGE,
    aliases: NAMES_FOR_TOOLS,
    ...defined('tools', path.basename(kubernetes), base),
    base,
    fill: (context) => {
      for (const file of ['bin/agnhost', 'localhost.crt', 'localhost.key'])
        copyFileSync(path.join(kubernetes, file), path.join(context, path.basename(file)));
    },
    buildArguments: async () => Promise.resolve({ BASE: base }),
  };
  yield weftRecipe(base);
}

function weftRecipe(base: string): Recipe {
  const hash = hashSources();
  return {
    name: WEFT_IMAGE,
    part: 'image-weft',
    inputs: [hash, base],
    base,
    instructions: 'Dockerfile',
    fill: (context) => copySources(context, hash),
    buildArguments: async () => ({ BASE: base, npm_config_registry: await askNpmRegistry() }),
  };
}

/** What is the same for the images that a folder of images/ defines. */
function defined(
  folder: string,
  ...inputs: readonly string[]
): Pick<Recipe, 'part' | 'inputs' | 'instructions' | 'folder'> {
  return {
    part: `image-${folder}`,
    inputs: [...readDefinition(folder), ...inputs],
    instructions: INSTRUCTIONS,
    folder,
  };
}

async function compilePause(context: string): Promise<void> {
  const files = ['-o', path.join(context, 'pause'), path.join(context, 'pause.c')];
  await runCommand(['cc', '-static', '-O2', '-s', '-Wall', '-Wextra', ...files], {
    task: 'compiling pause.c',
  });
}

/** The registry that this machine's npm uses: inside the build its settings aren't there. */
async function askNpmRegistry(): Promise<string> {
  const command = ['npm', 'config', 'get', 'registry'];
  return (await runCommand(command, { task: 'asking npm for its registry' })).trim();
}
