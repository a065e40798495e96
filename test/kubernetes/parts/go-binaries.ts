/**
 * Builds the programs of the cluster from the modules in test/kubernetes/tools/. Which versions is
 * said there, in go.mod; what is built of them, and how, is said here.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PartsError, runCommand } from './command.ts';
import type { CachedPart } from './cache.ts';
import type { GoToolchain } from './go-toolchain.ts';
import type { Progress } from './progress.ts';

/** The directory below tools/ that has the go.mod, and the programs that are built there. */
interface GoModule {
  readonly directory: string;
  readonly programs: Readonly<Record<string, GoProgram>>;
}

interface GoProgram {
  readonly package: string;
  /** A test binary is made of a package by `go test -c`, where a command is by `go build`. */
  readonly type: 'command' | 'test';
}

interface Builder {
  readonly go: GoToolchain;
  readonly progress: Progress;
}

const TOOLS = path.resolve(import.meta.dirname, '../tools');
const KUBERNETES = 'k8s.io/kubernetes';

/** A module's part of the cache: its programs in `bin/`. */
type GoPart = 'kubernetes' | 'e2e' | 'coredns' | 'cni-plugins';

const MODULES: Readonly<Record<GoPart, GoModule>> = {
  kubernetes: {
    directory: 'kubernetes',
    programs: {
      'kube-apiserver': command(`${KUBERNETES}/cmd/kube-apiserver`),
      kubelet: command(`${KUBERNETES}/cmd/kubelet`),
      'kube-controller-manager': command(`${KUBERNETES}/cmd/kube-controller-manager`),
      'kube-scheduler': command(`${KUBERNETES}/cmd/kube-scheduler`),
      'kube-proxy': command(`${KUBERNETES}/cmd/kube-proxy`),
      kubectl: command(`${KUBERNETES}/cmd/kubectl`),
      agnhost: command(`${KUBERNETES}/test/images/agnhost`),
    },
  },
  e2e: {
    directory: 'kubernetes',
    programs: {
      ginkgo: command('github.com/onsi/ginkgo/v2/ginkgo'),
      'e2e.test': { package: `${KUBERNETES}/test/e2e`, type: 'test' },
    },
  },
  coredns: {
    directory: 'coredns',
    programs: { coredns: command('github.com/coredns/coredns') },
  },
  'cni-plugins': {
    directory: 'cni-plugins',
    programs: Object.fromEntries(
      [
        'main/loopback',
        'main/bridge',
        'main/ptp',
        'ipam/host-local',
        'meta/portmap',
        'meta/bandwidth',
        'meta/firewall',
        'meta/tuning',
      ].map((plugin) => [
        path.basename(plugin),
        command(`github.com/containernetworking/plugins/plugins/${plugin}`),
      ]),
    ),
  },
};

/** What the serving side of agnhost's `porter` reads; an image of agnhost has them in its root. */
const PORTER_FILES: readonly string[] = ['localhost.crt', 'localhost.key'];

/** The version of Kubernetes that tools/kubernetes/go.mod requires, such as `v1.36.3`. */
export function kubernetesVersion(goMod = readModule('kubernetes', 'go.mod')): string {
  const version = /^require k8s\.io\/kubernetes (v\d+\.\d+\.\d+)$/m.exec(goMod)?.[1];
  if (version === undefined)
    throw new PartsError('tools/kubernetes/go.mod has no line "require k8s.io/kubernetes vX.Y.Z"');
  return version;
}

/** How the part's programs are made and what they depend on. They come to lie in `bin/`. */
export function goPart(part: GoPart, builder: Builder): CachedPart {
  const module = MODULES[part];
  const flags = buildFlags(kubernetesVersion());
  return {
    part,
    inputs: [
      readModule(module.directory, 'go.mod'),
      readModule(module.directory, 'go.sum'),
      JSON.stringify([module, flags]),
      builder.go.version,
    ],
    make: async (directory) => {
      mkdirSync(path.join(directory, 'bin'));
      for (const [name, program] of Object.entries(module.programs))
        await buildProgram(path.join(directory, 'bin', name), { module, program, flags, builder });
      if (part === 'kubernetes') await copyPorterFiles(directory, builder.go);
      if (part === 'e2e') await listTestImages(directory);
    },
  };
}

/**
 * The names of the images that upstream's tests ask for, as e2e.test told when it was built.
 * @param directory of the part `e2e`
 */
export function readTestImages(directory: string): readonly string[] {
  return readFileSync(path.join(directory, 'images'), 'utf8').split('\n').filter(Boolean);
}

function command(name: string): GoProgram {
  return { package: name, type: 'command' };
}

function readModule(directory: string, file: string): string {
  return readFileSync(path.join(TOOLS, directory, file), 'utf8');
}

/** Small, the same wherever they are built, and telling the version that the API server compares. */
function buildFlags(version: string): readonly string[] {
  const [, major = '', minor = ''] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
  const values = { gitVersion: version, gitMajor: major, gitMinor: minor };
  const settings = Object.entries(values).map(
    ([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
  );
  return ['-trimpath', '-buildvcs=false', `-ldflags=-s -w ${settings.join(' ')}`];
}

interface Build {
  readonly module: GoModule;
  readonly program: GoProgram;
  readonly flags: readonly string[];
  readonly builder: Builder;
}

async function buildProgram(
  file: string,
  { module, program, flags, builder }: Build,
): Promise<void> {
  const verb = program.type === 'test' ? ['test', '-c'] : ['build'];
  const task = `building ${path.basename(file)}`;
  await builder.progress.during(task, async () =>
    runCommand([builder.go.command, ...verb, ...flags, '-o', file, program.package], {
      task,
      directory: path.join(TOOLS, module.directory),
      environment: GO_ENVIRONMENT,
    }),
  );
}

/** GOTOOLCHAIN: another Go than the one that the cache's key names is not fetched behind our back. */
const GO_ENVIRONMENT = {
  CGO_ENABLED: '0',
  GOTOOLCHAIN: 'local',
  GOFLAGS: '-mod=readonly',
  GOWORK: 'off',
};

async function copyPorterFiles(directory: string, go: GoToolchain): Promise<void> {
  const source = await runCommand([go.command, 'list', '-m', '-f', '{{.Dir}}', KUBERNETES], {
    task: `looking for the sources of ${KUBERNETES}`,
    directory: path.join(TOOLS, 'kubernetes'),
    environment: GO_ENVIRONMENT,
  });
  for (const file of PORTER_FILES)
    copyFileSync(
      path.join(source.trim(), 'test/images/agnhost/porter', file),
      path.join(directory, file),
    );
}

async function listTestImages(directory: string): Promise<void> {
  const list = await runCommand([path.join(directory, 'bin', 'e2e.test'), '--list-images'], {
    task: 'asking e2e.test for the images it uses',
  });
  writeFileSync(path.join(directory, 'images'), list);
}
