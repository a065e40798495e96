/**
 * Network namespaces for tests: made, entered for one synchronous call, and removed whatever
 * happens. Needs root. Names are weft-test-<pid>-<n>, so that nobody else's is ever touched; those of
 * a process that was killed are removed by the next one that makes any.
 */
import { execFile } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import koffi from 'koffi';

const run = promisify(execFile);
const setns = koffi.load(null).func('int setns(int, int)') as (fd: number, type: number) => number;
const CLONE_NEWNET = 0x4000_0000;

let made = 0;

export interface Namespace extends AsyncDisposable {
  readonly name: string;
  /** A path that can be opened for a descriptor of the namespace. */
  readonly path: string;
  /** Runs a command inside; its standard output. Rejects when it fails. */
  exec(command: string, ...parameters: readonly string[]): Promise<string>;
  /** Runs a synchronous function with this thread inside the namespace. */
  enter<Result>(inside: () => Result): Result;
}

let swept: Promise<void> | undefined;

/** Those of processes that are no more. Another process may be faster to remove one. */
async function removeLeftovers(): Promise<void> {
  const { stdout } = await run('ip', ['netns', 'list']);
  const names = [...stdout.matchAll(/^weft-test-(\d+)-\d+/gm)];
  const left = names.filter(([, pid]) => !existsSync(`/proc/${pid}`));
  await Promise.allSettled(left.map(([name]) => run('ip', ['netns', 'delete', name])));
}

/** Makes an empty namespace, with its loopback up. Dispose of it (`await using`). */
export async function createNamespace(): Promise<Namespace> {
  const name = `weft-test-${process.pid}-${++made}`;
  const path = `/run/netns/${name}`;
  const exec = async (...command: readonly string[]): Promise<string> =>
    (await run('ip', ['netns', 'exec', name, ...command], { maxBuffer: 64 * 1024 * 1024 })).stdout;
  swept ??= removeLeftovers();
  await swept;
  await run('ip', ['netns', 'add', name]);
  await using cleanup = new AsyncDisposableStack();
  const remove = async (): Promise<void> => void (await run('ip', ['netns', 'delete', name]));
  cleanup.defer(remove);
  await run('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
  cleanup.move();
  return {
    name,
    path,
    exec,
    enter: (inside) => callInside(path, inside),
    [Symbol.asyncDispose]: remove,
  };
}

/** A veth pair between two namespaces, both ends up; each end has one address. */
export async function joinNamespaces(
  a: { readonly namespace: Namespace; readonly device: string; readonly address: string },
  b: { readonly namespace: Namespace; readonly device: string; readonly address: string },
): Promise<void> {
  const peer = ['peer', 'name', b.device, 'netns', b.namespace.name];
  await run('ip', ['-n', a.namespace.name, 'link', 'add', a.device, 'type', 'veth', ...peer]);
  for (const { namespace, device, address } of [a, b]) {
    await run('ip', ['-n', namespace.name, 'addr', 'add', address, 'dev', device, 'nodad']);
    await run('ip', ['-n', namespace.name, 'link', 'set', device, 'up']);
  }
}

function callInside<Result>(path: string, inside: () => Result): Result {
  const own = openSync('/proc/thread-self/ns/net', 'r');
  const other = openSync(path, 'r');
  try {
    moveTo(other);
    return inside();
  } finally {
    moveTo(own);
    closeSync(own);
    closeSync(other);
  }
}

function moveTo(namespaceFd: number): void {
  if (setns(namespaceFd, CLONE_NEWNET) < 0) throw new Error(`setns: errno ${koffi.errno()}`);
}
