/**
 * etcd, API server, controller manager and scheduler: one of each, as processes in the network namespace
 * of the first node, from where pods are reached. Each has a cgroup of its own, by which it is ended.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { startInBackground } from './background.ts';
import { API_SERVER, AUTHORITY, KUBELET_CLIENT, SERVICE_ACCOUNT_KEY } from './certificates.ts';
import { killProcesses, listProcesses } from './cgroups.ts';
import { ClusterError, insideNamespace } from './command.ts';
import { CONTROLLER_MANAGER_KUBECONFIG, SCHEDULER_KUBECONFIG, TOKEN_FILE } from './credentials.ts';
import { runKubectl } from './kubectl.ts';
import { describeLogEnd } from './logs.ts';
import {
  API_PORT,
  CLUSTER_DIRECTORY,
  CLUSTER_DOMAIN,
  componentCgroup,
  logDirectory,
  SERVICE_RANGE,
} from './plan.ts';
import type { ClusterState } from './state.ts';

const ETCD_URL = 'http://127.0.0.1:2379';
/** etcd listens to others of its kind, though there are none; its own choice of port is the same. */
const ETCD_PEER_URL = 'http://127.0.0.1:2380';
/** An API server answers after 3 s, on busy cores after 10. */
const READY_TIMEOUT_MS = 60_000;
const READY_POLL_MS = 100;

type Component = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler';

/** Starts all of it. Resolves when the API server is ready. */
export async function startControlPlane(state: ClusterState): Promise<void> {
  await start(state, 'etcd', etcdFlags());
  await startApiServer(state);
  await start(state, 'kube-controller-manager', controllerManagerFlags());
  await start(state, 'kube-scheduler', schedulerFlags());
}

/** Starts the API server with the data that it had. Resolves when it is ready. */
export async function startApiServer(state: ClusterState): Promise<void> {
  await start(state, 'kube-apiserver', apiServerFlags(state));
  await untilReady(state);
}

/** Ends the API server as a power cut would. Nothing else ends. */
export async function stopApiServer(): Promise<void> {
  await killProcesses(componentCgroup('kube-apiserver'));
}

async function start(
  { plan, parts }: ClusterState,
  component: Component,
  flags: readonly string[],
): Promise<void> {
  const [first] = plan.nodes;
  if (first === undefined) throw new ClusterError('a cluster needs a node');
  // etcd is Debian's, and so on the PATH.
  const file = component === 'etcd' ? component : `${parts.bin}/${component}`;
  await startInBackground({
    command: insideNamespace(first.namespace, [file, ...flags]),
    cgroup: componentCgroup(component),
    logFile: logFile(component),
  });
}

async function untilReady(state: ClusterState): Promise<void> {
  const deadlineMs = performance.now() + READY_TIMEOUT_MS;
  for (;;) {
    const answer = await runKubectl(state, ['get', '--raw', '/readyz', '--request-timeout=5s'], {
      accept: [1],
    });
    if (answer === 'ok') return;
    for (const component of ['etcd', 'kube-apiserver'] as const)
      if ((await listProcesses(componentCgroup(component))).length === 0)
        throw new ClusterError(`${component} ended\n${await describeLogEnd(logFile(component))}`);
    if (performance.now() > deadlineMs)
      throw new ClusterError(
        `the API server is not ready after ${READY_TIMEOUT_MS / 1000} s\n${await describeLogEnd(logFile('kube-apiserver'))}`,
      );
    await delay(READY_POLL_MS);
  }
}

function logFile(component: Component): string {
  return `${logDirectory('control-plane')}/${component}.log`;
}

function etcdFlags(): readonly string[] {
  return [
    `--data-dir=${CLUSTER_DIRECTORY}/etcd`,
    `--listen-client-urls=${ETCD_URL}`,
    `--advertise-client-urls=${ETCD_URL}`,
    `--listen-peer-urls=${ETCD_PEER_URL}`,
    // Nobody needs a test cluster's data after a power cut, and every write is quicker without it.
    '--unsafe-no-fsync',
  ];
}

function apiServerFlags({ plan }: ClusterState): readonly string[] {
  return [
    `--etcd-servers=${ETCD_URL}`,
    `--advertise-address=${plan.apiAddress}`,
    `--secure-port=${API_PORT}`,
    `--service-cluster-ip-range=${SERVICE_RANGE}`,
    `--tls-cert-file=${API_SERVER.certificate}`,
    `--tls-private-key-file=${API_SERVER.key}`,
    `--client-ca-file=${AUTHORITY}`,
    `--token-auth-file=${TOKEN_FILE}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    `--service-account-issuer=https://kubernetes.default.svc.${CLUSTER_DOMAIN}`,
    `--service-account-key-file=${SERVICE_ACCOUNT_KEY}`,
    `--service-account-signing-key-file=${SERVICE_ACCOUNT_KEY}`,
    `--kubelet-client-certificate=${KUBELET_CLIENT.certificate}`,
    `--kubelet-client-key=${KUBELET_CLIENT.key}`,
    // Names of nodes are known to no name server.
    '--kubelet-preferred-address-types=InternalIP',
    '--allow-privileged=true',
  ];
}

function controllerManagerFlags(): readonly string[] {
  return [
    `--kubeconfig=${CONTROLLER_MANAGER_KUBECONFIG}`,
    '--bind-address=127.0.0.1',
    '--leader-elect=false',
    '--use-service-account-credentials=true',
    `--service-account-private-key-file=${SERVICE_ACCOUNT_KEY}`,
    // Its default is a directory of the machine's /usr, which it would make.
    `--flex-volume-plugin-dir=${CLUSTER_DIRECTORY}/flex-volumes`,
    // What pods are given to verify the API server by.
    `--root-ca-file=${AUTHORITY}`,
    // Addresses are the network's business, not the control plane's.
    '--allocate-node-cidrs=false',
  ];
}

function schedulerFlags(): readonly string[] {
  return [
    `--kubeconfig=${SCHEDULER_KUBECONFIG}`,
    '--bind-address=127.0.0.1',
    '--leader-elect=false',
  ];
}
