/**
 * Writes peer/wire/generated/ from proto/weft.proto. With `--check` it writes nothing and fails
 * when what is committed is not what would be written.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';

const root = path.resolve(import.meta.dirname, '../..');
const committed = path.join(import.meta.dirname, 'generated');
const FILES = ['weft.js', 'weft.d.ts'];

/** A root of its own: two static modules with the default root overwrite each other. */
const PBJS = [
  '-t',
  'static-module',
  '-w',
  'esm',
  '-r',
  'weft',
  '--no-create',
  '--no-verify',
  '--no-convert',
  '--no-delimited',
  '--no-typeurl',
  '--no-service',
];

function generate(directory: string): void {
  const output = path.join(directory, 'weft.js');
  const pbjs = path.join(root, 'node_modules/protobufjs-cli/bin/pbjs');
  execFileSync(process.execPath, [pbjs, ...PBJS, '--dts', '-o', output, 'proto/weft.proto'], {
    cwd: root,
    stdio: 'inherit',
  });
}

function check(): void {
  const fresh = mkdtempSync(path.join(tmpdir(), 'weft-generate-'));
  try {
    generate(fresh);
    const stale = FILES.filter(
      (file) =>
        readFileSync(path.join(fresh, file), 'utf8') !==
        readFileSync(path.join(committed, file), 'utf8'),
    );
    if (stale.length === 0) return;
    process.stderr.write(
      `peer/wire/generated is not what proto/weft.proto gives: ${stale.join(', ')}. Run: npm run generate\n`,
    );
    process.exitCode = 1;
  } finally {
    rmSync(fresh, { recursive: true });
  }
}

if (process.argv.includes('--check')) check();
else generate(committed);
