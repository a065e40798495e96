/** Who may import whom, and what the pure folders may not touch: see "Layout" in docs/ARCHITECTURE.md. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readTypeScript, type Source, stripCommentsAndStrings } from './sources.ts';

const PURE_FOLDERS = ['peer/core/', 'peer/mesh/', 'peer/ipam/', 'peer/overlay/'];
/** What pure folders share with the rest of the peer: held to the same rules. */
const PURE_FILES = ['peer/assert.ts', 'peer/bounded-map.ts', 'peer/token-bucket.ts'];
/** The packages that a pure folder may use: parsers of text, which read no clock and no file. */
const PURE_PACKAGES = new Set(['ip-cidr']);

/** What makes two runs with the same input differ, or lets something happen in between. */
const IMPURE = [
  /\bDate\b/,
  /\bMath\.random\b/,
  /\bperformance\b/,
  /\bcrypto\b/,
  /\bset(?:Timeout|Interval|Immediate)\b/,
  /\bqueueMicrotask\b/,
  /\bprocess\b/,
  /\bawait\b/,
  /\basync\b/,
  /\bPromise\b/,
];

const sources = readTypeScript();

describe('a pure folder', () => {
  const pure = sources.filter(({ path }) => isPure(path));

  it('is there', () => {
    for (const folder of PURE_FOLDERS)
      assert.ok(
        pure.some(({ path }) => path.startsWith(folder)),
        `${folder} has no file`,
      );
  });

  it('imports nothing from Node and no package that is not a parser', () => {
    const findings = importsOf(pure).filter(
      ({ target }) => !target.startsWith('.') && !PURE_PACKAGES.has(target),
    );
    assert.deepEqual(findings, []);
  });

  it('imports nothing from folders that are not pure', () => {
    const findings = importsOf(pure).filter(
      ({ target }) => target.startsWith('./') && !isPure(target.slice('./'.length)),
    );
    assert.deepEqual(findings, []);
  });

  it('touches no clock, no randomness, no timer and waits for nothing', () => {
    const findings = pure.flatMap(({ path, text }) => {
      const code = stripCommentsAndStrings(text);
      return IMPURE.filter((pattern) => pattern.test(code)).map(
        (pattern) => `${path}: ${pattern.source}`,
      );
    });
    assert.deepEqual(findings, []);
  });
});

it('what is shipped imports nothing of the tests or the benches', () => {
  const shipped = sources.filter(({ path }) => /^(peer|plugin)\//.test(path));
  const findings = importsOf(shipped).filter(({ target }) =>
    /^(\.\/|#)(test|bench)\//.test(target),
  );
  assert.deepEqual(findings, []);
});

it('nothing but the command line imports the lab', () => {
  const others = sources.filter(({ path }) => !/^(peer\/lab|peer\/main|test|bench)/.test(path));
  const findings = importsOf(others).filter(({ target }) => target.startsWith('./peer/lab/'));
  assert.deepEqual(findings, []);
});

it('the rules here find what they look for', () => {
  const guilty: Source = {
    path: 'peer/mesh/x.ts',
    text: "import { readFile } from 'node:fs';\nexport { y } from '../http/y.ts';\n",
  };
  assert.deepEqual(
    importsOf([guilty]).map(({ target }) => target),
    ['node:fs', './peer/http/y.ts'],
  );
  assert.equal(
    stripCommentsAndStrings("const at = 'Date'; // Date\n/* Date */ f(Date.now());").match(/Date/g)
      ?.length,
    1,
  );
});

function isPure(path: string): boolean {
  return PURE_FILES.includes(path) || PURE_FOLDERS.some((folder) => path.startsWith(folder));
}

/** Each import of the files; relative ones are given from the root, as `./peer/...`. */
function importsOf(
  files: readonly Source[],
): readonly { readonly path: string; readonly target: string }[] {
  const pattern = /(?:\bfrom |^import )'([^'\n]+)';?$|\bimport\('([^'\n]+)'\)/gm;
  return files.flatMap(({ path, text }) =>
    [...text.matchAll(pattern)].map((match) => {
      const specifier = match[1] ?? match[2] ?? '';
      if (!specifier.startsWith('.')) return { path, target: specifier };
      return { path, target: `.${new URL(specifier, `file:///${path}`).pathname}` };
    }),
  );
}
