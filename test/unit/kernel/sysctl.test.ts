/** Kernel settings as files: read and written below the directory that was asked for. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { sysctlsIn } from '#peer/kernel/sysctl.ts';
import { createScratchDirectory } from '#test/support/plugin-launcher.ts';

test('settings are read and written below the directory, and nowhere else', () => {
  using scratch = createScratchDirectory();
  const file = join(scratch.path, 'net/ipv4/ip_forward');
  mkdirSync(join(scratch.path, 'net/ipv4'), { recursive: true });
  writeFileSync(file, '0\n');
  const sysctls = sysctlsIn(scratch.path);
  assert.equal(sysctls.read('net/ipv4/ip_forward'), '0');
  sysctls.write('net/ipv4/ip_forward', '1\n');
  assert.equal(readFileSync(file, 'utf8'), '1\n');
});

test('a setting that is not there reads as undefined, and is not made by writing', () => {
  using scratch = createScratchDirectory();
  const sysctls = sysctlsIn(scratch.path);
  assert.equal(sysctls.read('no-such-setting'), undefined);
  assert.throws(() => sysctls.write('no-such-setting', '1'), /ENOENT.*no-such-setting/);
});
