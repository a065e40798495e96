/** What takes kubectl and the image to be known of the manifests: that they are made, and how large it is. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, it } from 'node:test';
import { parse, stringify } from 'yaml';
import { type Cluster, openCluster } from './cluster/cluster.ts';
import { runCommand } from './cluster/command.ts';
import { WEFT_IMAGE } from './parts/images.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../..');
/** Node alone has 150 MB. Nodes pull the image before they have a network. */
const IMAGE_BYTES_MAX = 220_000_000;

interface Kustomization {
  readonly patches?: readonly unknown[];
}

let cluster: Cluster;

before(async () => {
  cluster = await openCluster();
});

it('weft.yaml is what kustomize makes of its parts', async () => {
  const kubectl = `KUBECTL=${cluster.parts.bin}/kubectl`;
  const script = path.join(REPOSITORY, 'manifests/generate.sh');
  await assert.doesNotReject(runCommand(['env', kubectl, 'sh', script, '--check']));
});

it('the API server takes what INSTALL.md has one write', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'weft-kustomization-'));
  try {
    await symlink(REPOSITORY, path.join(directory, 'weft'));
    await writeFile(path.join(directory, 'kustomization.yaml'), await readKustomization());
    const applied = await cluster.kubectl(['apply', '--dry-run=server', '-k', directory]);
    assert.match(applied, /daemonset.apps\/weft configured/);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

it('the image is small', () => {
  const image = cluster.parts.images.find(({ name }) => name === WEFT_IMAGE);
  assert.ok(image !== undefined, `there is no ${WEFT_IMAGE}`);
  assert.ok(image.sizeBytes <= IMAGE_BYTES_MAX, `it has ${image.sizeBytes} bytes`);
});

/** All that INSTALL.md shows, as one. */
async function readKustomization(): Promise<string> {
  const text = await readFile(path.join(REPOSITORY, 'docs/INSTALL.md'), 'utf8');
  const shown = [...text.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(
    ([, yaml = '']) => parse(yaml) as Kustomization,
  );
  const patches = shown.flatMap((kustomization) => kustomization.patches ?? []);
  return stringify({ ...shown[0], patches });
}
