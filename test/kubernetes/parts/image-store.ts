/**
 * Builds images with buildah, in a store of our own inside the cache, so that the machine's images
 * are neither used nor touched. What is built is not known here.
 */
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from './command.ts';

export interface ImageBuild {
  readonly name: string;
  /** The directory whose files the image is made from, with the file of instructions in it. */
  readonly context: string;
  readonly instructions: string;
  readonly buildArguments?: Readonly<Record<string, string>>;
}

/**
 * Layers of builds gone by make the next one quick, but nothing says which will be used again: past
 * this the whole store goes, which then costs two minutes once.
 */
const STORE_BYTES_MAX = 8 * 1024 ** 3;

/**
 * Buildah mounts layers. In mount and process namespaces of their own, those and whatever runs in a
 * build go with the first process, also if it is killed.
 */
const ISOLATION: readonly string[] = [
  'unshare',
  '--mount',
  '--propagation=private',
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
];

export class ImageStore {
  readonly #directory: string;
  #driver: 'overlay' | 'vfs' | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async has(name: string): Promise<boolean> {
    const task = 'listing the images that are there';
    const names = await this.#buildah(['images', '--format', '{{.Name}}:{{.Tag}}'], task);
    return names.split('\n').includes(name);
  }

  async build({ name, context, instructions, buildArguments = {} }: ImageBuild): Promise<void> {
    const build = ['build', '--layers', '--network=host', '--isolation=chroot', '--pull=never'];
    const values = Object.entries(buildArguments).map(
      ([key, value]) => `--build-arg=${key}=${value}`,
    );
    const file = `--file=${path.join(context, instructions)}`;
    await this.#buildah(
      [...build, ...values, file, '--tag', name, context],
      `building the image ${name}`,
    );
  }

  /** Writes the image as a docker-archive, whose layers are not compressed. */
  async save(name: string, file: string): Promise<void> {
    const target = `docker-archive:${file}:${name}`;
    await this.#buildah(['push', '--quiet', name, target], `saving the image ${name}`);
  }

  /** Empties the store when it has grown too large. */
  async removeIfLarge(): Promise<void> {
    mkdirSync(this.#directory, { recursive: true });
    const command = ['du', '--summarize', '--block-size=1', this.#directory];
    const used = await runCommand(command, { task: 'measuring the store of images' });
    if (Number.parseInt(used, 10) > STORE_BYTES_MAX)
      rmSync(this.#directory, { recursive: true, force: true });
  }

  async #buildah(command: readonly string[], task: string): Promise<string> {
    this.#driver ??= await findDriver(this.#directory);
    const state = path.join(this.#directory, 'run');
    // It tells what is mounted, which after the end of the namespace it was mounted in is nothing.
    rmSync(state, { recursive: true, force: true });
    const place = ['--root', path.join(this.#directory, this.#driver), '--runroot', state];
    const buildah = [...ISOLATION, 'buildah', ...place, '--storage-driver', this.#driver];
    return runCommand([...buildah, ...command], { task });
  }
}

/** A file system that is an overlay itself can't be the upper part of one; copies can lie anywhere. */
async function findDriver(directory: string): Promise<'overlay' | 'vfs'> {
  const trial = path.join(directory, 'trial');
  for (const name of ['lower', 'upper', 'work', 'merged'])
    mkdirSync(path.join(trial, name), { recursive: true });
  const layers = `lowerdir=${trial}/lower,upperdir=${trial}/upper,workdir=${trial}/work`;
  const mount = ['mount', '-t', 'overlay', 'overlay', '-o', layers, path.join(trial, 'merged')];
  try {
    await runCommand([...ISOLATION, ...mount], { task: 'trying an overlay' });
    return 'overlay';
  } catch {
    return 'vfs';
  } finally {
    rmSync(trial, { recursive: true, force: true });
  }
}
