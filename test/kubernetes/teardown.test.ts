/**
 * What is left of a cluster whose making was cut short: nothing. Makes clusters itself, so none may be
 * running; needs the parts, and makes what is missing of them.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { after, before, it } from 'node:test';
import { takeDown } from './cluster/bring-up.ts';
import { runCommand } from './cluster/command.ts';
import { CLUSTER_DIRECTORY } from './cluster/plan.ts';
import { readState } from './cluster/state.ts';

const MAIN = 'test/kubernetes/main.ts';
/** All that a node's programs make or write if nobody keeps them from it. */
const PATHS = [
  CLUSTER_DIRECTORY,
  '/etc/cni/net.d/10-weft.conflist',
  '/etc/kubernetes',
  '/opt/cni',
  '/run/containerd',
  '/run/weft',
  '/usr/libexec/kubernetes',
  '/var/lib/cni/weft',
  '/var/lib/containerd',
  '/var/lib/etcd',
  '/var/lib/kubelet',
  '/var/lib/weft',
  '/var/log/containers',
  '/var/log/pods',
];
const SYSCTLS = [
  'kernel/panic',
  'kernel/panic_on_oops',
  'net/ipv4/ip_forward',
  'vm/overcommit_memory',
  'vm/panic_on_oom',
];

let machine: Machine;

before(async () => {
  // Somebody's cluster is not taken down: without its own start, no test of these goes on.
  if ((await readState()) !== undefined) {
    process.stderr.write('a test cluster is running: npm run kubernetes -- down removes it\n');
    process.exit(1);
  }
  await takeDown();
  machine = await readMachine();
});
after(async () => void (await takeDown()));

it('a command that is killed when the nodes start leaves nothing that down does not find', async () => {
  await assertNothingLeft({ killAfter: 'the network and the keys are made' });
});

it('a command that is killed when the API server is ready leaves nothing that down does not find', async () => {
  await assertNothingLeft({ killAfter: 'the API server is ready' });
});

it('a command that is interrupted removes what it made by itself', async () => {
  const up = startUp();
  await untilLine(up, 'the network and the keys are made');
  up.kill('SIGTERM');
  const [code] = await once(up, 'exit');
  assert.equal(code, 130);
  assert.deepEqual(await readMachine(), machine);
});

it('while a cluster is made, a second one is refused and down ends the first', async () => {
  const up = startUp();
  await untilLine(up, 'the network and the keys are made');
  const second = startUp();
  const [[code], said] = await Promise.all([once(second, 'exit'), readErrors(second)]);
  assert.equal(code, 1);
  assert.match(said, /being made or removed by another command \(pid \d+\)/);

  const ended = once(up, 'exit');
  await takeDown();
  assert.deepEqual(await ended, [130, null]);
  assert.deepEqual(await readMachine(), machine);
});

it('where there is no cluster, down finds nothing to do, and twice as well', async () => {
  for (let time = 0; time < 2; time++) assert.equal((await takeDown()).processes.length, 0);
  assert.deepEqual(await readMachine(), machine);
});

async function assertNothingLeft({ killAfter }: { readonly killAfter: string }): Promise<void> {
  const up = startUp();
  await untilLine(up, killAfter);
  up.kill('SIGKILL');
  await once(up, 'exit');
  assert.notDeepEqual(await readMachine(), machine, 'it had made nothing yet');
  const { processes } = await takeDown();
  assert.notEqual(processes.length, 0, 'nothing had been started yet');
  assert.deepEqual(await readMachine(), machine);
}

function startUp(): ChildProcess {
  return spawn(process.execPath, [MAIN, 'up', '--nodes', '2'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function untilLine({ stdout }: ChildProcess, wanted: string): Promise<void> {
  assert.ok(stdout);
  const lines: string[] = [];
  for await (const line of createInterface({ input: stdout })) {
    lines.push(line);
    if (line.includes(wanted)) return;
  }
  assert.fail(`"${wanted}" was not printed, but:\n${lines.join('\n')}`);
}

async function readErrors({ stderr }: ChildProcess): Promise<string> {
  assert.ok(stderr);
  return (await stderr.toArray()).join('');
}

/** What of the machine a cluster could leave a trace in. */
interface Machine {
  readonly namespaces: readonly string[];
  readonly mounts: readonly string[];
  readonly cgroups: readonly string[];
  readonly links: readonly string[];
  readonly processes: readonly string[];
  readonly paths: readonly string[];
  readonly sysctls: readonly string[];
}

async function readMachine(): Promise<Machine> {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  const links = JSON.parse(await runCommand(['ip', '-json', 'link'])) as { ifname: string }[];
  return {
    namespaces: (existsSync('/run/netns') ? readdirSync('/run/netns') : [])
      .filter(isNotOfOthers)
      .sort(),

    mounts: mounts.filter(isNotOfOthers).sort(),
    cgroups: globSync('/sys/fs/cgroup/{*,*/*}')
      .filter((path) => path.includes('weft') || path.includes('kube'))
      .sort(),
    links: links.map(({ ifname }) => ifname).sort(),
    processes: listProgramsOfNodes(),
    paths: PATHS.filter((path) => existsSync(path)),
    sysctls: SYSCTLS.map((name) => `${name} = ${readFileSync(`/proc/sys/${name}`, 'utf8').trim()}`),
  };
}

/**
 * Other tests and builds of images come and go meanwhile; no cluster uses their names. /run/netns is
 * mounted on itself by the first `ip netns add` of a machine's life, and stays.
 */
function isNotOfOthers(line: string): boolean {
  return !/ \/run\/netns |weft-test-\d|\/storage\/overlay\/|\/kubernetes\/images\//.test(line);
}

/** By their names, wherever they run: not by cgroup, which is how they are looked for. */
function listProgramsOfNodes(): readonly string[] {
  const programs = /^(?:etcd|kube.*|containerd.*|runc.*|agnhost|coredns|pause)$/;
  return globSync('/proc/[0-9]*/stat')
    .map(readNameOfProcess)
    .filter((name) => programs.test(name))
    .sort();
}

/** Empty if it has ended, also if the machine's first process has not yet taken notice (state Z). */
function readNameOfProcess(file: string): string {
  try {
    const [, name = '', state] = /^\d+ \((.*)\) (\w)/.exec(readFileSync(file, 'utf8')) ?? [];
    return state === 'Z' ? '' : name;
  } catch {
    return '';
  }
}
