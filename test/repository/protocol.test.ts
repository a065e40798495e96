/** docs/PROTOCOL.md is equal to the code: its limits, its reasons, its frames, and what enforces its invariants. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

const TEXT = readFileSync('docs/PROTOCOL.md', 'utf8');

/** Of these files every exported constant has to be in the tables of limits. */
const FILES_OF_LIMITS = ['peer/mesh/limits.ts', 'peer/transport/limits.ts', 'peer/ipam/limits.ts'];

interface Limit {
  readonly file: string;
  readonly name: string;
  /** As it is written in the code. */
  readonly value: string;
}

interface Enforcement {
  readonly kind: string;
  readonly file: string;
  readonly words: string;
}

interface Invariant {
  readonly name: string;
  readonly enforcements: readonly Enforcement[];
}

describe('the limits of PROTOCOL.md', () => {
  const limits = limitsIn(TEXT);

  it('have the values that they have in the code', () => {
    const wrong = limits.filter(({ file, name, value }) => constantOf(file, name) !== value);
    assert.deepEqual(wrong, []);
  });

  it('are all that the files of limits have', () => {
    for (const file of FILES_OF_LIMITS) {
      const names = read(file).matchAll(/^export const ([A-Z\d_]+)/gm);
      const told = limits.filter((limit) => limit.file === file).map(({ name }) => name);
      assert.ok(told.length > 10, `${file} has limits`);
      assert.deepEqual(new Set([...names].map(([, name]) => name)), new Set(told), file);
    }
  });

  it('that the text names are in a table', () => {
    const known = new Set(limits.map(({ name }) => name));
    const named = [...TEXT.matchAll(/`([A-Z]+(?:_[A-Z\d]+)+)`/g)].map(([, name = '']) => name);
    assert.deepEqual(
      named.filter((name) => !known.has(name)),
      [],
    );
  });
});

describe('the invariants of PROTOCOL.md', () => {
  const invariants = invariantsIn(TEXT);

  it('are numbered one after the other, M, W and O', () => {
    const letters = Map.groupBy(invariants, ({ name }) => name.charAt(0));
    assert.deepEqual([...letters.keys()], ['M', 'W', 'O']);
    for (const [letter, some] of letters) {
      const expected = some.map((_invariant, at) => `${letter}${at + 1}`);
      assert.deepEqual(
        some.map(({ name }) => name),
        expected,
      );
    }
  });

  it('are enforced by a test each, and by tests, asserts and types that are there', () => {
    for (const { name, enforcements } of invariants) {
      assert.ok(
        enforcements.some(({ kind }) => kind === 'test'),
        `${name} has no test`,
      );
      for (const enforcement of enforcements)
        assert.ok(isThere(enforcement), `${name}: there is no ${JSON.stringify(enforcement)}`);
    }
  });
});

describe('PROTOCOL.md', () => {
  it('names every reason for which something is refused or closed', () => {
    const reasons = [
      ...membersOf('peer/transport/refusal.ts', 'RefusalReason'),
      ...membersOf('peer/mesh/effect.ts', 'CloseReason'),
      ...membersOf('peer/mesh/effect.ts', 'Refusal'),
      ...membersOf('peer/ipam/outcomes.ts', 'IpamBound'),
      ...membersOf('peer/core/core-event.ts', 'CoreBound'),
      ...membersOf('peer/ipam/outcomes.ts', 'ConflictReason'),
    ];
    assert.ok(reasons.length > 15, 'the reasons are found');
    assert.deepEqual(
      reasons.filter((reason) => !TEXT.includes(`\`${reason}\``)),
      [],
    );
  });

  it('has every frame with its number', () => {
    const [, frame = ''] = /message Frame \{([\s\S]*?)\n\}/.exec(read('proto/weft.proto')) ?? [];
    const types = [...frame.matchAll(/^ +([A-Z]\w+) \w+ = (\d+);/gm)];
    assert.ok(types.length > 10, 'the frames are found');
    for (const [, type = '', number = ''] of types)
      assert.match(TEXT, new RegExp(`^\\| ${number} \\| \`${type}\``, 'm'));
  });

  it('links to files that are there', () => {
    for (const [, target = ''] of TEXT.matchAll(/\]\((?!https?:|#)([^)#]+)/g))
      assert.ok(existsSync(`docs/${target}`), `it links to ${target}`);
  });
});

it('the rules here find what they look for', () => {
  const table = '### `a.ts`\n\n| name | value |\n|---|---|\n| `A_MAX` | `4_096` | why | then |\n';
  assert.deepEqual(limitsIn(table), [{ file: 'a.ts', name: 'A_MAX', value: '4_096' }]);
  const [invariant] = invariantsIn('| M1 | it holds | test `a.test.ts`: “that it does” |\n');
  assert.deepEqual(invariant?.enforcements, [
    { kind: 'test', file: 'a.test.ts', words: 'that it does' },
  ]);
  const here = { kind: 'test', file: 'test/repository/protocol.test.ts' };
  assert.ok(isThere({ ...here, words: 'has every frame with its number' }));
  assert.ok(!isThere({ ...here, words: 'has every frame' }));
});

function limitsIn(text: string): readonly Limit[] {
  return text.split(/^### /m).flatMap((section) => {
    const [, file] = /^`(peer\/[^`]+|a\.ts)`/.exec(section) ?? [];
    if (file === undefined) return [];
    const rows = section.matchAll(/^\| `([A-Z\d_]+)` \| `([^`]+)` \|/gm);
    return [...rows].map(([, name = '', value = '']) => ({ file, name, value }));
  });
}

function invariantsIn(text: string): readonly Invariant[] {
  return [...text.matchAll(/^\| ([MWO]\d+) \|[^|]*\|(.*)\|$/gm)].map(([, name = '', by = '']) => ({
    name,
    enforcements: [...by.matchAll(/(test|assert|type) `([^`]+)`: “([^”]+)”/g)].map(
      ([, kind = '', file = '', words = '']) => ({ kind, file, words }),
    ),
  }));
}

/** A test by its whole title; an assert or a type by words of it. */
function isThere({ kind, file, words }: Enforcement): boolean {
  if (!existsSync(file)) return false;
  const text = read(file);
  if (kind !== 'test') return text.includes(words);
  return [`('${words}'`, `(\`${words}\``, `'${words}',`, `\`${words}\`,`].some((title) =>
    text.includes(title),
  );
}

/** What a constant is set to, as it is written. */
function constantOf(file: string, name: string): string | undefined {
  return new RegExp(`^(?:export )?const ${name} = ([^;]+);`, 'm').exec(read(file))?.[1];
}

/** The members of a union of strings. */
function membersOf(file: string, type: string): readonly string[] {
  const [, union = ''] = new RegExp(`export type ${type} =([^;]+);`).exec(read(file)) ?? [];
  return [...union.matchAll(/'([a-z-]+)'/g)].map(([, member = '']) => member);
}

function read(file: string): string {
  return readFileSync(file, 'utf8');
}
