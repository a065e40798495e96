/** Stores of tests in directories that go with them, of one binding and settings unless told otherwise. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { TestContext } from 'node:test';
import { Ipam } from '#peer/ipam/ipam.ts';
import { parseCidr } from '#peer/ipam/parse.ts';
import type { Write } from '#peer/ipam/writes.ts';
import type { ClusterSettings } from '#peer/store/cluster-settings.ts';
import { type Binding, type Store, openStore } from '#peer/store/store.ts';
import { hashView } from '#peer/wire/view-hash.ts';
import { peerId, viewOf } from '../ipam/builders.ts';
import { MemoryStore } from '../ipam/memory-store.ts';

const BINDING: Binding = { cluster: 'blue', nodeName: 'node-1', machineId: 'abc' };
export const UNIVERSE = [parseCidr('10.32.0.0/16'), parseCidr('fd00::/64')];

let made = 0;

function generateIdentity() {
  made++;
  return { privateKey: Uint8Array.of(made, 2, 3), peer: peerId(made) };
}

export function open(
  directory: string,
  binding: Partial<Binding> = {},
  settings: Partial<ClusterSettings> = {},
): Store {
  return openStore({
    directory,
    binding: { ...BINDING, ...binding },
    settings: { universe: UNIVERSE, vni: 7, ...settings },
    generateIdentity,
  });
}

export function makeDirectory(t: TestContext): string {
  const parent = mkdtempSync(join(tmpdir(), 'weft-store-'));
  t.after(() => rmSync(parent, { recursive: true }));
  return join(parent, 'peer');
}

/** Registers the store's identity and makes it the founder; both stores get all writes. */
export function makeMember(store: Store, memory = new MemoryStore()) {
  const self = store.identity.peer;
  const ipam = new Ipam({ self, universe: UNIVERSE, durable: store.load(), now: 0, hashView });
  const commit = (outcome: object) => {
    assert.ok('writes' in outcome, 'a step was refused');
    const writes = outcome.writes as readonly Write[];
    store.commit(writes);
    memory.commit(writes);
  };
  commit(ipam.register(viewOf(7n, [self, peerId(900)])));
  commit(ipam.found(self));
  return { ipam, commit, memory };
}

/** Changes a file behind the store’s back. */
export function change(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}
