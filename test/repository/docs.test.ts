/** Documents that are equal to the code: the map names every folder, each dependency has its reason. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import packageJson from '../../package.json' with { type: 'json' };

const ARCHITECTURE = readFileSync('docs/ARCHITECTURE.md', 'utf8');
const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'docs/ARCHITECTURE.md',
  'docs/CONFIGURATION.md',
  'docs/INSTALL.md',
];

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly dependencies?: Readonly<Record<string, string>>;
        readonly optionalDependencies?: Readonly<Record<string, string>>;
      }
    >
  >;
}

function foldersOf(parent: string): readonly string[] {
  const entries = readdirSync(parent, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${parent}/${name}/`);
}

describe('the documents', () => {
  it('ARCHITECTURE.md names every folder of the peer', () => {
    const unnamed = foldersOf('peer').filter((folder) => !ARCHITECTURE.includes(`\`${folder}\``));
    assert.deepEqual(unnamed, []);
  });

  it('ARCHITECTURE.md gives a reason for every dependency', () => {
    const { dependencies, devDependencies, optionalDependencies } = packageJson;
    const names = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
    const table = ARCHITECTURE.slice(ARCHITECTURE.indexOf('## Dependencies'));
    const unnamed = names.filter(
      (name) => !name.startsWith('@types/') && !new RegExp(`[| ,]${name}[ ,]`).test(table),
    );
    assert.deepEqual(unnamed, []);
  });

  it('every dependency is pinned to one version', () => {
    const { dependencies, devDependencies, optionalDependencies } = packageJson;
    const versions = Object.values({
      ...dependencies,
      ...devDependencies,
      ...optionalDependencies,
    });
    assert.deepEqual(
      versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version)),
      [],
    );
  });

  it('the lock file has every package that another names, whatever its platform', () => {
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock;
    // npm 11.19 refuses a lock that lacks one, even where it would not install it.
    const missing = Object.entries(packages).flatMap(
      ([path, { dependencies, optionalDependencies }]) =>
        Object.keys({ ...dependencies, ...optionalDependencies }).filter((name) => {
          const places = [`${path}/node_modules/${name}`, `node_modules/${name}`];
          return !places.some((place) => Object.hasOwn(packages, place));
        }),
    );
    assert.deepEqual(missing, []);
  });

  it('links lead to files that are there', () => {
    for (const document of DOCUMENTS) {
      const folder = document.includes('/') ? 'docs/' : '';
      const links = readFileSync(document, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g);
      for (const [, target = ''] of links) {
        assert.ok(existsSync(folder + target), `${document} links to ${target}`);
      }
    }
  });

  it('commands that they name are scripts of package.json', () => {
    for (const document of DOCUMENTS) {
      const named = readFileSync(document, 'utf8').matchAll(/npm run ([a-z:]+)/g);
      for (const [, script = ''] of named) {
        assert.ok(
          Object.hasOwn(packageJson.scripts, script),
          `${document} names npm run ${script}`,
        );
      }
    }
  });
});
