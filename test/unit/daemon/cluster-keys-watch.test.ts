/** Cluster keys that change while the peer runs. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { pino } from 'pino';
import { ClusterKeysWatch, KEYS_LOOK_MS } from '#peer/daemon/cluster-keys-watch.ts';
import { type ClusterKeys, parseClusterKeys } from '#peer/transport/cluster-keys.ts';

const [OLD, NEW] = ['the old key of the cluster', 'the new key of the cluster'];

it('a changed list counts at the next look, and one that can not be used changes nothing', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  let text = OLD;
  const said: string[] = [];
  const log = pino({}, { write: (line: string) => void said.push(line) });
  const watch = new ClusterKeysWatch({ read: () => parseClusterKeys(text, 'the file'), log });
  t.after(() => watch.close());
  const first = watch.keys();

  t.mock.timers.tick(KEYS_LOOK_MS);
  assert.deepEqual([watch.keys(), said], [first, []]);

  text = `${NEW}\n${OLD}`;
  t.mock.timers.tick(KEYS_LOOK_MS);
  assert.deepEqual(watch.keys(), parseClusterKeys(text, 'the file'));
  const both = watch.keys();

  text = 'short';
  t.mock.timers.tick(2 * KEYS_LOOK_MS);
  assert.equal(watch.keys(), both);
  assert.match(watch.problem() ?? '', /the file has 5 characters.*the keys that were read before/);

  text = NEW;
  t.mock.timers.tick(KEYS_LOOK_MS);
  assert.deepEqual(watch.keys(), parseClusterKeys(NEW, 'the file'));
  assert.equal(watch.problem(), undefined);
  assert.equal(said.length, 3, 'each change is told once, and the problem once');
});

it('a peer does not start without keys', () => {
  const log = pino({ level: 'silent' });
  assert.throws(() => new ClusterKeysWatch({ read: readNothing, log }), /the file has no key/);
});

function readNothing(): ClusterKeys {
  return parseClusterKeys('', 'the file');
}
