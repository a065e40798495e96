/**
 * A real etcd and API server for one test, and the controller that deletes what a deleted object
 * owned, in a network namespace of their own. No node, no pods: the test cluster is for these.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type ApiClient,
  ApiError,
  type InClusterClient,
  openInClusterClient,
} from '#peer/kubernetes/api-client.ts';
import { type Namespace, createNamespace } from '#test/support/namespace.ts';
import { LOOPBACK_CERTIFICATE } from '#test/unit/kubernetes/loopback-certificate.ts';
import { FaultProxy } from './fault-proxy.ts';

/** Bearer tokens of the two users; the second may nothing but what a test allows it. */
const ADMIN = 'token-of-admin';
const PEER = 'token-of-peer';
export const PEER_USER = 'weft-peer';

/** It takes 3 s, on busy cores 10. */
const READY_TIMEOUT_MS = 60_000;
const READY_POLL_MS = 100;

const ETCD_URL = 'http://127.0.0.1:2379';
const API_PORT = 6443;

type Component = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'socat';

export class ControlPlane implements AsyncDisposable {
  readonly proxy = new FaultProxy(() => ({
    socketPath: join(this.#directory, 'api.sock'),
    ca: readFileSync(join(this.#directory, 'certs/apiserver.crt'), 'utf8'),
  }));
  readonly #bin: string;
  readonly #namespace: Namespace;
  readonly #directory = mkdtempSync(join(tmpdir(), 'weft-control-plane-'));
  readonly #processes = new Map<Component, ChildProcess>();
  readonly #clients: InClusterClient[] = [];

  private constructor(bin: string, namespace: Namespace) {
    this.#bin = bin;
    this.#namespace = namespace;
  }

  /** `bin` holds Kubernetes' programs; etcd and socat are on the PATH. Dispose of it. */
  static async start(bin: string): Promise<ControlPlane> {
    const plane = new ControlPlane(bin, await createNamespace());
    await using cleanup = new AsyncDisposableStack();
    cleanup.use(plane);
    plane.#writeCredentials();
    await plane.proxy.listen();
    plane.#startRelay();
    plane.startEtcd();
    await plane.startApiServer();
    cleanup.move();
    return plane;
  }

  /** A client as it is opened in a Pod, through the proxy. */
  openClient(user: 'admin' | 'peer', timeoutMs = 10_000): InClusterClient {
    const directory = mkdtempSync(join(this.#directory, 'account-'));
    const token = user === 'admin' ? ADMIN : PEER;
    const files = { token, 'ca.crt': LOOPBACK_CERTIFICATE.cert, namespace: 'weft' };
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(directory, name), content);
    }
    const environment = {
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: String(this.proxy.port),
    };
    const client = openInClusterClient(environment, directory, { timeoutMs });
    this.#clients.push(client);
    return client;
  }

  startEtcd(): void {
    this.#start('etcd', [
      'etcd',
      `--data-dir=${this.#etcdDirectory()}`,
      `--listen-client-urls=${ETCD_URL}`,
      `--advertise-client-urls=${ETCD_URL}`,
      '--listen-peer-urls=http://127.0.0.1:2380',
      '--unsafe-no-fsync',
    ]);
  }

  /** Resolves when it is ready. */
  async startApiServer(): Promise<void> {
    const key = join(this.#directory, 'service-accounts.key');
    this.#start('kube-apiserver', [
      join(this.#bin, 'kube-apiserver'),
      `--etcd-servers=${ETCD_URL}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      '--endpoint-reconciler-type=none',
      `--secure-port=${API_PORT}`,
      '--service-cluster-ip-range=10.96.0.0/16',
      `--cert-dir=${join(this.#directory, 'certs')}`,
      `--token-auth-file=${join(this.#directory, 'tokens.csv')}`,
      '--authorization-mode=RBAC',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${key}`,
      `--service-account-signing-key-file=${key}`,
    ]);
    await this.#untilReady();
  }

  /** The controllers that delete what was owned by a deleted object, and namespaces. */
  startGarbageCollector(): void {
    this.#start('kube-controller-manager', [
      join(this.#bin, 'kube-controller-manager'),
      `--kubeconfig=${join(this.#directory, 'kubeconfig')}`,
      '--controllers=garbage-collector-controller',
      '--leader-elect=false',
      '--bind-address=127.0.0.1',
    ]);
  }

  /** Ends it as a power cut would. */
  async kill(component: Component): Promise<void> {
    const child = this.#processes.get(component);
    this.#processes.delete(component);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** A copy of etcd's data, taken while it is down. */
  backUpEtcd(): void {
    cpSync(this.#etcdDirectory(), this.#backup(), { recursive: true });
  }

  /** Puts the copy in the place of what came since. etcd has to be down. */
  restoreEtcd(): void {
    rmSync(this.#etcdDirectory(), { recursive: true });
    cpSync(this.#backup(), this.#etcdDirectory(), { recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.proxy[Symbol.asyncDispose]();
    for (const component of [...this.#processes.keys()].toReversed()) await this.kill(component);
    await this.#namespace[Symbol.asyncDispose]();
    rmSync(this.#directory, { recursive: true });
  }

  #etcdDirectory(): string {
    return join(this.#directory, 'etcd');
  }

  #backup(): string {
    return join(this.#directory, 'etcd-backup');
  }

  /** A unix socket is reached from any network namespace. */
  #startRelay(): void {
    // Twenty peers register at once; by default socat lets five wait, and refuses the others.
    const listen = `UNIX-LISTEN:${join(this.#directory, 'api.sock')},fork,backlog=128`;
    this.#start('socat', ['socat', listen, `TCP:127.0.0.1:${API_PORT}`]);
  }

  #start(component: Component, command: readonly string[]): void {
    const log = openSync(join(this.#directory, `${component}.log`), 'a');
    // It shall not outlive this process, however that ends.
    const inside = ['netns', 'exec', this.#namespace.name, 'setpriv', '--pdeathsig', 'KILL'];
    const child = spawn('ip', [...inside, ...command], { stdio: ['ignore', log, log] });
    this.#processes.set(component, child);
  }

  async #untilReady(): Promise<void> {
    const client = this.openClient('admin');
    const deadlineMs = performance.now() + READY_TIMEOUT_MS;
    for (;;) {
      const problem = await findProblem(client);
      if (problem === undefined) return;
      this.#checkProcesses();
      if (performance.now() > deadlineMs) {
        throw this.#failure(`is not ready (${problem})`, 'kube-apiserver');
      }
      await delay(READY_POLL_MS);
    }
  }

  #checkProcesses(): void {
    for (const [component, { exitCode }] of this.#processes) {
      if (exitCode !== null) throw this.#failure(`ended with ${exitCode}`, component);
    }
  }

  #failure(what: string, component: Component): Error {
    const log = readFileSync(join(this.#directory, `${component}.log`), 'utf8');
    return new Error(`${component} ${what}:\n${log.slice(-2_000)}`);
  }

  #writeCredentials(): void {
    const write = (name: string, content: string): void =>
      writeFileSync(join(this.#directory, name), content, { mode: 0o600 });
    write('tokens.csv', `${ADMIN},admin,1,"system:masters"\n${PEER},${PEER_USER},2\n`);
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    write('service-accounts.key', privateKey.export({ format: 'pem', type: 'sec1' }));
    write('kubeconfig', kubeconfig(join(this.#directory, 'certs/apiserver.crt')));
  }
}

/** Why it isn't ready; undefined if it is, and says so with "ok", which is no JSON. */
async function findProblem(client: ApiClient): Promise<string | undefined> {
  try {
    return String(await client.request({ method: 'GET', path: '/readyz' }));
  } catch (error) {
    return error instanceof ApiError && error.status === 200 ? undefined : String(error);
  }
}

/** JSON is YAML. */
function kubeconfig(authority: string): string {
  const server = `https://127.0.0.1:${API_PORT}`;
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority': authority } }],
    users: [{ name: 'admin', user: { token: ADMIN } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
    'current-context': 'test',
  });
}
