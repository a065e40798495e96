/**
 * `weft peer` as a process of its own inside a namespace, as a node runs it: root with CAP_NET_ADMIN
 * alone. It dies with the thread that started it, so that no crash of a test leaves one behind.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { getFromPeer, PeerUnavailableError } from '#peer/cli/peer-client.ts';
import type { OptionName } from '#peer/config/options.ts';
import type { Report } from '#peer/http/report.ts';
import { eventually } from './eventually.ts';
import type { Namespace } from './namespace.ts';

const MAIN = resolve('peer/main.ts');
/** Compiled code is kept between starts, as the lab does it. */
const COMPILE_CACHE = resolve('build/compile-cache');

const RESTRICTED = [
  'setpriv',
  '--pdeathsig=KILL',
  '--bounding-set=-all,+net_admin',
  '--inh-caps=-all,+net_admin',
  '--ambient-caps=-all',
  '--no-new-privs',
];

export type Flags = Readonly<Partial<Record<OptionName, string>>>;

export interface PeerOptions {
  readonly namespace: Namespace;
  /** Where its state, sockets and log go; made if it is not there. */
  readonly directory: string;
  /** Over those that say where its files are; `--plain` is not among them: keys come in files. */
  readonly flags: Flags;
  /** Over the little that every peer gets. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** How a process ended: one of the two is null. */
export interface Ending {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class RealPeer {
  readonly directory: string;
  readonly stateDirectory: string;
  readonly cniSocket: string;
  readonly cniQueue: string;
  readonly cniResults: string;
  readonly httpSocket: string;
  readonly logFile: string;
  readonly pidFile: string;
  readonly #options: PeerOptions;
  #child: ChildProcess | undefined;
  #ending: Promise<Ending> | undefined;

  constructor(options: PeerOptions) {
    const { directory, flags } = options;
    this.#options = options;
    this.directory = directory;
    this.stateDirectory = flags['state-dir'] ?? join(directory, 'state');
    this.cniSocket = join(directory, 'cni.sock');
    this.cniQueue = join(directory, 'cni-queue');
    this.cniResults = join(directory, 'cni-results');
    this.httpSocket = join(directory, 'http.sock');
    this.logFile = join(directory, 'peer.log');
    this.pidFile = join(directory, 'peer.pid');
    mkdirSync(this.cniQueue, { recursive: true, mode: 0o700 });
  }

  /** Of the process that was started last. */
  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error('this peer was never started');
    return pid;
  }

  /** Starts the process, and does not wait for anything. `environment`: of this one process. */
  start(environment: Readonly<Record<string, string>> = {}): void {
    const log = openSync(this.logFile, 'a');
    const enter = ['netns', 'exec', this.#options.namespace.name];
    const peer = [process.execPath, MAIN, 'peer', ...this.#flags()];
    const child = spawn('ip', [...enter, ...RESTRICTED, ...peer], {
      stdio: ['ignore', log, log],
      env: {
        PATH: process.env['PATH'],
        NODE_COMPILE_CACHE: COMPILE_CACHE,
        ...this.#options.environment,
        ...environment,
      },
    });
    closeSync(log);
    const { promise, resolve } = Promise.withResolvers<Ending>();
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
    this.#child = child;
    this.#ending = promise;
    writeFileSync(this.pidFile, `${this.pid}\n`);
  }

  /** Its report once it serves ADDs. Throws what it logged when it ends instead. */
  async ready(): Promise<Report> {
    const probe = async (): Promise<Report | undefined> => {
      if (!this.isRunning()) throw new Error(`the peer ended:\n${this.log()}`);
      const report = await this.tryReport();
      return report?.peer.state === 'ready' ? report : undefined;
    };
    return await eventually('the peer is ready', probe, { instead: () => this.log() });
  }

  isRunning(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  /** What it says of itself. Throws PeerUnavailableError. */
  async report(): Promise<Report> {
    return JSON.parse(await getFromPeer(this.httpSocket, '/report')) as Report;
  }

  /** The same; undefined while it does not answer. */
  async tryReport(): Promise<Report | undefined> {
    if (!existsSync(this.httpSocket)) return undefined;
    try {
      return await this.report();
    } catch (error) {
      if (error instanceof PeerUnavailableError) return undefined;
      throw error;
    }
  }

  /** Sends the signal to a running process, and resolves to how it ended. */
  async end(signal: NodeJS.Signals): Promise<Ending> {
    if (this.isRunning()) process.kill(this.pid, signal);
    return await this.ended();
  }

  /** How the process ends, by itself or not. Rejects when it is still there after the time. */
  async ended(withinMs = 20_000): Promise<Ending> {
    const wait = { withinMs, instead: () => this.log() };
    await eventually('the peer ends', () => (this.isRunning() ? undefined : true), wait);
    if (this.#ending === undefined) throw new Error('this peer was never started');
    return await this.#ending;
  }

  /** All that its processes have printed. */
  log(): string {
    return existsSync(this.logFile) ? readFileSync(this.logFile, 'utf8') : '';
  }

  /** What it says last, without the frame of a log's entry around it. */
  lastWords(): string {
    const last = this.log().trimEnd().split('\n').at(-1) ?? '';
    return last.startsWith('{') ? (JSON.parse(last) as { msg: string }).msg : last;
  }

  #flags(): readonly string[] {
    const flags: Flags = {
      'state-dir': this.stateDirectory,
      'cni-socket': this.cniSocket,
      'cni-queue': this.cniQueue,
      'cni-results-dir': this.cniResults,
      'http-address': this.httpSocket,
      ...this.#options.flags,
    };
    return Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
  }
}
