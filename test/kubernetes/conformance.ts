/**
 * `npm run test:conformance`: upstream's own conformance tests of the network, on Weft. Works on the
 * test cluster that runs, or else on one that it makes and takes down again.
 *
 *   node test/kubernetes/conformance.ts     --keep leaves the cluster up
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { bringUp, takeDown } from './cluster/bring-up.ts';
import { openCluster, type Cluster } from './cluster/cluster.ts';
import { ClusterError, insideNamespace } from './cluster/command.ts';
import { readState } from './cluster/state.ts';
import { describeVerdict, isAccepted, judge, parseReport } from './conformance/verdict.ts';
import { PartsError } from './parts/command.ts';
import { prepareParts } from './parts/parts.ts';

/** As upstream's jobs choose them: those of the network that every cluster has to pass. */
const FOCUS = String.raw`sig-network.*\[Conformance\]`;
/** Three keep two cores busy: most of a test is waiting for pods. */
const TESTS_AT_A_TIME = 3;
/** All 47 take two to four minutes; one that hangs is ended by its own limit before this. */
const RUN_TIMEOUT = '20m';
/** From `kubectl apply` it takes ten seconds; images are there already. */
const READY_TIMEOUT = '120s';
const REPORTS = 'build/conformance';
const REPORT = 'report.json';

try {
  process.exitCode = (await testConformance()) ? 0 : 1;
} catch (error) {
  if (!(error instanceof ClusterError || error instanceof PartsError)) throw error;
  print(`weft conformance: ${error.message}`);
  process.exitCode = 1;
}

async function testConformance(): Promise<boolean> {
  const stop = stopSignal();
  const { endToEndBin = '' } = await prepareParts({ onProgress: print, e2e: true });
  const isOurs = (await readState()) === undefined;
  if (isOurs) await bringUp({ nodes: 3, proxyMode: 'iptables' }, { onProgress: print, stop });
  try {
    const cluster = await openCluster();
    stop.throwIfAborted();
    await installWeft(cluster);
    return await runTests(cluster, endToEndBin);
  } finally {
    if (isOurs && !process.argv.includes('--keep')) await takeDown();
  }
}

async function installWeft(cluster: Cluster): Promise<void> {
  print('installing Weft');
  const timeout = `--timeout=${READY_TIMEOUT}`;
  await cluster.kubectl(['apply', '-f', 'manifests/weft.yaml']);
  await cluster.kubectl(['-n', 'weft', 'rollout', 'status', 'daemonset/weft', timeout]);
  await cluster.kubectl(['wait', '--for=condition=Ready', 'nodes', '--all', timeout]);
  await cluster.kubectl(['-n', 'kube-system', 'rollout', 'status', 'deployment/coredns', timeout]);
}

/** Runs them in the first node's network namespace, from where pods and the API server are reached. */
async function runTests(cluster: Cluster, bin: string): Promise<boolean> {
  rmSync(REPORTS, { recursive: true, force: true });
  mkdirSync(REPORTS, { recursive: true });
  const [file = '', ...args] = insideNamespace(cluster.nodes[0]?.namespace ?? '', [
    ...ginkgoCommand(bin),
    '--',
    `--kubeconfig=${cluster.kubeconfig}`,
    `--kubectl-path=${path.join(cluster.parts.bin, 'kubectl')}`,
    '--provider=skeleton',
  ]);
  await once(spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit'] }), 'close');
  const verdict = judge(parseReport(readReport()));
  for (const line of describeVerdict(verdict)) print(line);
  return isAccepted(verdict);
}

function ginkgoCommand(bin: string): readonly string[] {
  const output = ['--no-color', '--silence-skips', `--output-dir=${path.resolve(REPORTS)}`];
  return [
    path.join(bin, 'ginkgo'),
    `--procs=${TESTS_AT_A_TIME}`,
    `--timeout=${RUN_TIMEOUT}`,
    `--focus=${FOCUS}`,
    ...output,
    `--json-report=${REPORT}`,
    '--junit-report=junit.xml',
    path.join(bin, 'e2e.test'),
  ];
}

function readReport(): string {
  try {
    return readFileSync(path.join(REPORTS, REPORT), 'utf8');
  } catch (error) {
    throw new ClusterError(`ginkgo left no report in ${REPORTS}: see what it says above`, {
      cause: error,
    });
  }
}

/** Aborts at Ctrl-C, which ginkgo hears as well, so that the cluster is taken down all the same. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => {
      controller.abort();
    });
  return controller.signal;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
