/** Rules of tidiness that no linter of ours checks. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSources, readTypeScript } from './sources.ts';

/** The hard limit; files aim at half of it and less. */
const FILE_LINES_MAX = 400;

/** Written so that this file does not hold what it looks for. */
const word = (...parts: readonly string[]) => parts.join('');
const UNFINISHED = new RegExp(
  `\\b(${word('TO', 'DO')}|${word('FIX', 'ME')}|${word('XX', 'X')})\\b`,
);
const LEFT_OUT = new RegExp(
  `\\b(?:it|test|describe|suite|t)\\.(?:${word('sk', 'ip')}|${word('on', 'ly')}|${word('to', 'do')})\\(|\\b(?:${word('sk', 'ip')}|${word('on', 'ly')}|${word('to', 'do')}): (?:true|'|"|\`|!|process)`,
);
const MACHINE_PATH = new RegExp(
  `(?<![\\w.])/(?:${word('wo', 'rk')}|${word('ho', 'me')}|${word('Us', 'ers')}|${word('ro', 'ot')})/`,
);

const sources = readSources();

/** "path:line: text" for each line that the pattern finds. */
function findLines(pattern: RegExp, paths: RegExp): readonly string[] {
  return sources
    .filter(({ path }) => paths.test(path))
    .flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, index) =>
          pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [],
        ),
    );
}

describe('the sources', () => {
  it('leave out no test and run none alone', () => {
    assert.deepEqual(findLines(LEFT_OUT, /^test\/.*\.ts$/), []);
  });

  it('carry no notes of work that is not done', () => {
    assert.deepEqual(findLines(UNFINISHED, /\.(ts|c|h|sh|proto|md|ya?ml)$/), []);
  });

  it('name no path of the machine that they were written on', () => {
    assert.deepEqual(findLines(MACHINE_PATH, /./), []);
  });

  it('end in exactly one newline and have no space at the end of a line', () => {
    const ragged = sources
      .filter(({ text }) => text !== '' && !/[^\n]\n$/.test(text))
      .map(({ path }) => path);
    assert.deepEqual(ragged, []);
    assert.deepEqual(findLines(/[ \t]$/, /\.(ts|c|h|sh|json|proto|ya?ml)$/), []);
  });

  it('are named in kebab case, and for what is inside', () => {
    const names = readTypeScript().map(({ path }) => path);
    const wrong = names.filter(
      (path) => !/^(?:[a-z0-9-]+\/)+[a-z0-9-]+(?:(?:\.[a-z]+)?\.(?:test|bench))?\.ts$/.test(path),
    );
    const vague = names.filter((path) =>
      /\/(?:utils?|helpers?|common|manager|index)\.ts$/.test(path),
    );
    assert.deepEqual([...wrong, ...vague], []);
  });
});

describe('a TypeScript file', () => {
  const files = readTypeScript();

  it('opens with a comment that says what it owns', () => {
    const silent = files
      .filter(({ text }) => !/^(?:#!.*\n)?\/(?:\*\*|\/)/.test(text))
      .map(({ path }) => path);
    assert.deepEqual(silent, []);
  });

  it(`has at most ${FILE_LINES_MAX} lines`, () => {
    const long = files
      .filter(({ text }) => text.split('\n').length > FILE_LINES_MAX + 1)
      .map(({ path }) => path);
    assert.deepEqual(long, []);
  });
});

it('the rules here find what they look for', () => {
  assert.match(`it.${word('sk', 'ip')}('x')`, LEFT_OUT);
  assert.match(`it('x', { ${word('on', 'ly')}: true })`, LEFT_OUT);
  assert.match(`// ${word('TO', 'DO')}: later`, UNFINISHED);
  assert.match(`cat ${word('/ho', 'me')}/me/x`, MACHINE_PATH);
});
