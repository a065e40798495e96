/** The solo arbiter: the acceptance suite, and its file. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSoloArbiter } from '#peer/arbiter/solo.ts';
import { testArbiter } from './suite.ts';

testArbiter('solo', () => {
  const directory = mkdtempSync(join(tmpdir(), 'weft-solo-'));
  let arbiter = openSoloArbiter(directory);
  return {
    arbiter: () => arbiter,
    wait: (work) => work,
    restart: () => {
      arbiter.close();
      arbiter = openSoloArbiter(directory);
    },
    close: () => {
      arbiter.close();
      rmSync(directory, { recursive: true });
    },
  };
});

test('a damaged registry is an error that says what to do, and the file stays', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'weft-solo-'));
  t.after(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, 'registry.sqlite'), 'no database at all'.repeat(100));
  for (let attempt = 0; attempt < 2; attempt++) {
    assert.throws(() => openSoloArbiter(directory), {
      name: 'RegistryDamaged',
      message: /restore the file/,
    });
  }
});
