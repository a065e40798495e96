/** What the image of Weft is made from: a change of it has to be noticed, whatever it is. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { hashSources, includedPaths } from '#test/kubernetes/parts/weft-sources.ts';

test('what the Dockerfile copies is let through by .dockerignore, so its changes are noticed', () => {
  const included = includedPaths(readFileSync('.dockerignore', 'utf8'));
  const copied = copiedPaths(readFileSync('Dockerfile', 'utf8'));
  assert.ok(copied.length > 0);
  for (const source of copied)
    assert.ok(
      included.some((entry) => source === entry || source.startsWith(`${entry}/`)),
      `${source} is copied, but ${included.join(' ')} is all that is let through`,
    );
});

test('a .dockerignore that excludes only some things is refused', () => {
  assert.throws(() => includedPaths('node_modules\n'), /no line "\*"/);
});

test('content, mode, name and number of the files each change the hash', (context) => {
  const directory = makeSources(context);
  const hashes = new Set([hashSources(directory)]);
  const changes = [
    () => writeFileSync(path.join(directory, 'peer/deep/a.ts'), 'other'),
    () => chmodSync(path.join(directory, 'peer/deep/a.ts'), 0o755),
    () => writeFileSync(path.join(directory, 'peer/b.ts'), ''),
    () => writeFileSync(path.join(directory, 'Dockerfile'), 'FROM other'),
  ];
  for (const change of changes) {
    change();
    hashes.add(hashSources(directory));
  }
  assert.equal(hashes.size, changes.length + 1);
});

test('a file that the image is not made from changes nothing', (context) => {
  const directory = makeSources(context);
  const before = hashSources(directory);
  writeFileSync(path.join(directory, 'README.md'), 'hello');
  assert.equal(hashSources(directory), before);
});

/** The sources of each COPY that copies from the context rather than from a stage. */
function copiedPaths(dockerfile: string): readonly string[] {
  const lines = dockerfile.replaceAll('\\\n', ' ').split('\n');
  return lines
    .filter((line) => /^(?:COPY|ADD) /.test(line) && !line.includes('--from='))
    .flatMap((line) => line.split(/\s+/).slice(1, -1))
    .filter((word) => !word.startsWith('--'));
}

function makeSources(context: TestContext): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'weft-test-sources-'));
  context.after(() => {
    rmSync(directory, { recursive: true });
  });
  mkdirSync(path.join(directory, 'peer/deep'), { recursive: true });
  writeFileSync(path.join(directory, '.dockerignore'), '*\n!peer\n!absent\n');
  writeFileSync(path.join(directory, 'Dockerfile'), 'FROM scratch');
  writeFileSync(path.join(directory, 'peer/deep/a.ts'), 'a');
  return directory;
}
