/**
 * A containerd's storage with all images in it, made once, kept with the parts, and copied to each node
 * by hard links: to import them takes 20 s of disk a node, the copy 0.2 s. Images are added one by one,
 * each to a copy of the storage without it, so that a new build of Weft costs its own import only.
 */
import { copyFile, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { cacheDirectory, PartsCache } from '../parts/cache.ts';
import type { ImageArchive } from '../parts/images.ts';
import { CONTAINERD_NAMESPACE } from './containerd.ts';
import { ClusterError, runCommand } from './command.ts';
import { CLUSTER_DIRECTORY } from './plan.ts';
import { isServing } from './unix-socket.ts';

/** Of the containerd that imports; goes with the cluster. */
const WORK_DIRECTORY = `${CLUSTER_DIRECTORY}/image-template`;
const SOCKET = `${WORK_DIRECTORY}/containerd.sock`;
const CONFIG = `${WORK_DIRECTORY}/containerd.toml`;
const START_TIMEOUT_MS = 30_000;
const START_POLL_MS = 20;

/** What a containerd 1.6 writes to in place. All other files it makes anew or not at all. */
const DATABASES = [
  'io.containerd.metadata.v1.bolt/meta.db',
  'io.containerd.snapshotter.v1.overlayfs/metadata.db',
];

/** The directory of a storage that holds these images: never to be written to. */
export async function provideTemplate(
  images: readonly ImageArchive[],
  onProgress: (line: string) => void,
): Promise<string> {
  const cache = new PartsCache(cacheDirectory(process.env));
  const onWait = () => onProgress('waiting for another process that makes parts of the cluster');
  const ordered = await orderByAge(images);
  return await cache.whileLocked(onWait, async () => provideStorage(cache, ordered, onProgress));
}

/** Copies a storage: files that stay as they are by links, if both are on one file system. */
export async function copyStorage(from: string, to: string): Promise<void> {
  await mkdir(path.dirname(to), { recursive: true });
  const isSameDevice = (await stat(from)).dev === (await stat(path.dirname(to))).dev;
  await runCommand(['cp', isSameDevice ? '-alT' : '-aT', from, to]);
  for (const database of DATABASES) {
    await copyFile(`${from}/${database}`, `${to}/${database}.new`);
    await rename(`${to}/${database}.new`, `${to}/${database}`);
  }
}

/** What was built last is what will be built again soonest, and so comes last: Weft's own image. */
async function orderByAge(images: readonly ImageArchive[]): Promise<readonly ImageArchive[]> {
  const dated = await Promise.all(
    images.map(async (image) => ({ image, builtMs: (await stat(image.archive)).mtimeMs })),
  );
  return dated.sort((a, b) => a.builtMs - b.builtMs).map(({ image }) => image);
}

async function provideStorage(
  cache: PartsCache,
  images: readonly ImageArchive[],
  onProgress: (line: string) => void,
): Promise<string> {
  const last = images.at(-1);
  if (last === undefined) throw new ClusterError('the parts of the cluster have no image');
  return await cache.provide({
    part: `containerd-${path.basename(last.name).replace(/:.*/, '')}`,
    inputs: images.flatMap(({ name, aliases, archive }) => [name, ...aliases, archive]),
    make: async (directory) => {
      const others = images.slice(0, -1);
      if (others.length > 0)
        await copyStorage(await provideStorage(cache, others, onProgress), directory);
      onProgress(`importing ${last.name} ...`);
      await importInto(directory, last);
    },
  });
}

async function importInto(directory: string, image: ImageArchive): Promise<void> {
  await mkdir(WORK_DIRECTORY, { recursive: true, mode: 0o700 });
  await writeFile(CONFIG, renderConfig(directory));
  // What it mounts to unpack is in a namespace of its own, so that nothing of it stays if it is killed.
  const [file, ...args] = ['unshare', '--mount', '--', 'containerd', '--config', CONFIG];
  const containerd = execa(file, args, { all: true, reject: false });
  try {
    await untilServing();
    await ctr(['images', 'import', image.archive]);
    if (image.aliases.length > 0)
      await ctr(['images', 'tag', '--force', image.name, ...image.aliases]);
  } finally {
    containerd.kill('SIGTERM');
    await containerd;
    await rm(WORK_DIRECTORY, { recursive: true, force: true });
  }
}

function renderConfig(root: string): string {
  return `version = 2
root = "${root}"
state = "${WORK_DIRECTORY}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]

[grpc]
address = "${SOCKET}"
`;
}

async function untilServing(): Promise<void> {
  const deadlineMs = performance.now() + START_TIMEOUT_MS;
  while (!(await isServing(SOCKET))) {
    if (performance.now() > deadlineMs)
      throw new ClusterError(
        `containerd, which is to import the images, does not serve after ${START_TIMEOUT_MS / 1000} s: run containerd --config ${CONFIG} to see why`,
      );
    await delay(START_POLL_MS);
  }
}

async function ctr(parameters: readonly string[]): Promise<void> {
  await runCommand([
    'ctr',
    '--address',
    SOCKET,
    '--namespace',
    CONTAINERD_NAMESPACE,
    ...parameters,
  ]);
}
