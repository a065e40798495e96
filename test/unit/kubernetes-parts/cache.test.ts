/** The cache of parts, in directories and with processes of the test's own. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { cacheDirectory, cacheName, PartsCache } from '#test/kubernetes/parts/cache.ts';

test('a part is made once for the same inputs, and again for others', async (context) => {
  const cache = openCache(context);
  const made: string[] = [];
  const provide = async (inputs: readonly string[]): Promise<string> =>
    cache.provide({
      part: 'thing',
      inputs,
      make: async (directory) => {
        made.push(inputs.join());
        writeFileSync(path.join(directory, 'content'), inputs.join());
      },
    });
  const first = await provide(['1']);
  assert.equal(await provide(['1']), first);
  const second = await provide(['2']);
  assert.deepEqual(made, ['1', '2']);
  assert.equal(readFileSync(path.join(second, 'content'), 'utf8'), '2');
});

test('a part whose making fails is not there', async (context) => {
  const cache = openCache(context);
  const failing = {
    part: 'thing',
    inputs: ['1'],
    make: async () => Promise.reject(new Error('no')),
  };
  await assert.rejects(cache.provide(failing), /no/);
  assert.equal(cache.find(failing), undefined);
});

test('inputs that run into the same text are different inputs', () => {
  assert.notEqual(cacheName('thing', ['ab', 'c']), cacheName('thing', ['a', 'bc']));
});

test('of a part, the versions used last stay', async (context) => {
  const cache = openCache(context);
  const versions = ['1', '2', '3'].map((input) => ({
    part: 'thing',
    inputs: [input],
    make: async () => Promise.resolve(),
  }));
  const [first, second] = versions;
  assert.ok(first !== undefined && second !== undefined);
  const other = await cache.provide({ ...first, part: 'thing-other' });
  for (const [age, version] of [second, first].entries())
    utimesSync(await cache.provide(version), age, age);
  // Used again, it is younger than the second.
  assert.ok(cache.find(first));
  for (const version of versions.slice(2)) await cache.provide(version);
  assert.equal(cache.find(second), undefined);
  assert.ok(cache.find(first));
  assert.ok(readdirSync(cache.directory).includes(path.basename(other)));
});

test('two that make parts wait for each other', async (context) => {
  const cache = openCache(context);
  const order: string[] = [];
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const first = cache.whileLocked(ignore, async () => {
    begin();
    await released;
    order.push('first ends');
  });
  await begun;
  const second = cache.whileLocked(release, async () => {
    order.push('second begins');
    return Promise.resolve();
  });
  await Promise.all([first, second]);
  assert.deepEqual(order, ['first ends', 'second begins']);
});

test('a process that is killed while it makes a part leaves neither a lock nor a part', async (context) => {
  const cache = openCache(context);
  const program = `
    import { PartsCache } from '#test/kubernetes/parts/cache.ts';
    const cache = new PartsCache(${JSON.stringify(cache.directory)});
    const make = async () => { console.log('making'); await new Promise(() => setInterval(() => {}, 1000)); };
    await cache.whileLocked(() => {}, async () => cache.provide({ part: 'thing', inputs: [], make }));`;
  const maker = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(maker.stdout, 'data');
  assert.notDeepEqual(readdirSync(cache.directory), ['.lock']);
  maker.kill('SIGKILL');
  await cache.whileLocked(ignore, async () => {
    assert.deepEqual(readdirSync(cache.directory), ['.lock']);
    return Promise.resolve();
  });
});

test('the cache lies where XDG_CACHE_HOME says, if it says something', () => {
  assert.equal(cacheDirectory({ XDG_CACHE_HOME: '/somewhere' }), '/somewhere/weft/kubernetes');
  assert.match(cacheDirectory({ XDG_CACHE_HOME: '' }), /\/\.cache\/weft\/kubernetes$/);
});

function openCache(context: TestContext): PartsCache {
  const directory = mkdtempSync(path.join(tmpdir(), 'weft-test-cache-'));
  context.after(() => {
    rmSync(directory, { recursive: true });
  });
  return new PartsCache(directory);
}

function ignore(): void {}
