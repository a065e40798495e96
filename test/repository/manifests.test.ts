/** The manifests are equal to the code: options, rights and paths; and weft.yaml is what the parts make. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { parseResetOptions } from '../../peer/cli/reset-options.ts';
import { parseConfig, readConfig } from '../../peer/config/config.ts';
import { OPTIONS, type Option } from '../../peer/config/options.ts';
import { readTypeScript } from './sources.ts';

const PARTS = 'manifests/parts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

interface Mount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
}

interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly volumeMounts?: readonly Mount[];
}

interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes: readonly {
    readonly name: string;
    readonly hostPath?: { readonly path: string };
  }[];
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly rules?: readonly Rule[];
  readonly spec?: { readonly template: { readonly spec: PodSpec } };
}

const weft = readManifests('manifests/weft.yaml');
const removal = readManifests('manifests/remove.yaml');

describe('weft.yaml', () => {
  it('is what the parts make', () => {
    const parts = readdirSync(PARTS)
      .filter((file) => file !== 'kustomization.yaml')
      .flatMap((file) => readManifests(`${PARTS}/${file}`));
    assert.deepEqual(sortByKind(weft), sortByKind(parts));
  });

  it('has all files of the parts', () => {
    const [kustomization] = readYaml(`${PARTS}/kustomization.yaml`) as readonly {
      readonly resources: readonly string[];
    }[];
    const files = readdirSync(PARTS).filter((file) => file !== 'kustomization.yaml');
    assert.deepEqual([...(kustomization?.resources ?? [])].sort(), files.sort());
  });

  it('gives the peer options that it takes, with values that it takes', () => {
    const { args, env = [] } = peerContainer();
    const [verb, ...given] = args;
    const knobs = Object.entries(find(weft, 'ConfigMap').data ?? {});
    const words = given.filter((word) => !word.startsWith('--options-dir='));
    const flags = [...words, ...knobs.map(([name, value]) => `--${name}=${value}`)];
    const environment = Object.fromEntries(env.map(({ name }) => [name, 'node-1']));
    assert.equal(verb, 'peer');
    assert.doesNotThrow(() => parseConfig(flags, environment));
  });

  it('mounts every directory of the host that the peer writes', () => {
    const container = peerContainer();
    const [, ...args] = container.args;
    const words = args.filter((word) => !word.startsWith('--options-dir='));
    const config = parseConfig(words, {});
    const written = [
      config.stateDirectory,
      config.cniQueue,
      config.cniBinDirectory,
      config.cniConfDirectory,
      config.cniSocket.replace(/\/[^/]*$/, ''),
      `${config.sysctlDirectory}/net`,
    ];
    const mounted = (container.volumeMounts ?? []).map(({ mountPath }) => mountPath);
    assert.deepEqual(
      written.filter((directory) => !mounted.includes(directory ?? '')),
      [],
    );
  });

  it('gives the rights that the code asks for, and no other', () => {
    const given = weft.flatMap(({ rules = [] }) => rules.flatMap(rightsOf));
    assert.deepEqual(sortUnique(given), sortUnique(rightsInCode()));
  });
});

describe('a pod of ours', () => {
  const specs = [...weft, ...removal].flatMap(({ spec }) =>
    spec === undefined ? [] : [spec.template.spec],
  );
  const containers = specs.flatMap((spec) => [...(spec.initContainers ?? []), ...spec.containers]);

  it('has no capability but NET_ADMIN and can get no other', () => {
    for (const { securityContext } of containers) {
      assert.deepEqual(securityContext, {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        runAsUser: 0,
        runAsGroup: 0,
        capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] },
        seccompProfile: { type: 'RuntimeDefault' },
      });
    }
  });

  it('runs one image everywhere, so that one line of `images` replaces it', () => {
    assert.deepEqual(sortUnique(containers.map(({ image }) => image)), ['localhost/weft:dev']);
  });

  it('that removes reaches the same directories of the host as the peer may write', () => {
    const [peer = [], remover = []] = specs.map(writableDirectories);
    assert.deepEqual(remover, peer);
  });
});

/** Of the host, by their paths there. */
function writableDirectories({ volumes, containers, initContainers = [] }: PodSpec) {
  const mounts = [...initContainers, ...containers].flatMap(
    ({ volumeMounts }) => volumeMounts ?? [],
  );
  const written = mounts.filter(({ readOnly }) => readOnly !== true).map(({ name }) => name);
  return volumes
    .filter(({ name }) => written.includes(name))
    .flatMap(({ hostPath }) => hostPath?.path ?? [])
    .sort();
}

describe('remove.yaml', () => {
  const { initContainers: [reset] = [], containers } = podSpec(find(removal, 'DaemonSet'));
  const [stay] = containers;

  it('removes what the peer was told to have, and stays after that', () => {
    const [verb, ...words] = reset?.args ?? [];
    const options = parseResetOptions(words);
    assert.equal(verb, 'reset');
    assert.ok(typeof options === 'object', JSON.stringify(options));
    const places = peerContainer().args.filter((word) => /^--(?:cni|sysctl)-/.test(word));
    assert.deepEqual(
      words.filter((word) => word !== '--yes'),
      places,
    );
    assert.deepEqual(parseResetOptions(stay?.args.slice(1) ?? []), { ...options, stays: true });
  });
});

describe('INSTALL.md', () => {
  const text = readFileSync('docs/INSTALL.md', 'utf8');

  it('tells keys of the ConfigMap that are options, with the defaults that they have', () => {
    const rows = [...text.matchAll(/^\| `([a-z-]+)` \| `([^`]*)` \|/gm)];
    assert.notEqual(rows.length, 0);
    for (const [, key = '', told] of rows) {
      const option = OPTIONS.find((known) => known.flag === key) as Option | undefined;
      assert.ok(option !== undefined, `${key} is no option`);
      assert.equal(option.value === undefined ? 'false' : option.default, told, key);
    }
  });

  it('tells keys that the ConfigMap may have', (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'weft-knobs-'));
    t.after(() => rmSync(directory, { recursive: true }));
    for (const [, key = '', value = ''] of text.matchAll(/^\| `([a-z-]+)` \| `([^`]*)` \|/gm)) {
      writeFileSync(join(directory, key), value);
    }
    assert.doesNotThrow(() => readConfig(['--plain', `--options-dir=${directory}`], {}));
  });

  it('links to headings that it has', () => {
    const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^a-z -]/g, '')
        .replaceAll(' ', '-'),
    );
    const targets = [...text.matchAll(/\]\(#([^)]*)\)/g)].map(([, target = '']) => target);
    assert.deepEqual(
      targets.filter((target) => !headings.includes(target)),
      [],
    );
  });

  it('patches objects that the manifest has', () => {
    const patches = [...text.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].flatMap(([, yaml = '']) => {
      const { patches: found = [] } = parse(yaml) as {
        readonly patches?: readonly { readonly patch: string }[];
      };
      return found.map(({ patch }) => parse(patch) as Manifest);
    });
    assert.notEqual(patches.length, 0);
    for (const { kind, metadata } of patches) {
      assert.equal(find(weft, kind).metadata.name, metadata.name);
    }
  });
});

/** Each as `verb resource`, the resource with its group as kubectl writes it. */
function rightsOf({ apiGroups, resources, verbs }: Rule): readonly string[] {
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) => {
      const name = group === '' ? resource : `${resource}.${group}`;
      return verbs.map((verb) => `${verb} ${name}`);
    }),
  );
}

/**
 * Every request to the API server stands beside the right that it needs, for the message that tells
 * that it lacks; so these say what is used.
 */
function rightsInCode(): readonly string[] {
  return readTypeScript()
    .filter(({ path }) => path.startsWith('peer/'))
    .flatMap(({ path, text }) => [
      ...[...text.matchAll(/verb: '(\w+)',\s*resource: ['`]([\w./]+)/g)].map(
        ([, verb, resource]) => `${verb} ${resource}`,
      ),
      ...(path.endsWith('/api-lease-store.ts')
        ? [...text.matchAll(/#(?:unavailable|read|write)\('(\w+)'/g)].map(
            ([, verb]) => `${verb} leases.coordination.k8s.io`,
          )
        : []),
    ]);
}

function peerContainer(): Container {
  const [container] = podSpec(find(weft, 'DaemonSet')).containers;
  assert.ok(container !== undefined, 'the DaemonSet has no container');
  return container;
}

function podSpec({ kind, spec }: Manifest): PodSpec {
  assert.ok(spec !== undefined, `the ${kind} has no spec`);
  return spec.template.spec;
}

function find(manifests: readonly Manifest[], kind: string): Manifest {
  const found = manifests.find((manifest) => manifest.kind === kind);
  assert.ok(found !== undefined, `there is no ${kind}`);
  return found;
}

function sortByKind(manifests: readonly Manifest[]): readonly Manifest[] {
  return manifests.toSorted((a, b) => (a.kind < b.kind ? -1 : 1));
}

function sortUnique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}

function readManifests(file: string): readonly Manifest[] {
  return readYaml(file) as readonly Manifest[];
}

/** Throws for what is no YAML, or has a key twice. */
function readYaml(file: string): readonly unknown[] {
  return parseAllDocuments(readFileSync(file, 'utf8')).map((document) => {
    assert.deepEqual(document.errors, [], file);
    return document.toJS() as unknown;
  });
}
