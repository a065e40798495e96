/** The network configuration list: what is in it, and whose a list at our place is. */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  classifyConflist,
  conflistsBeforeOurs,
  renderConflist,
} from '#peer/cni/installation-conflist.ts';

test('the list has one plugin, weft, and a version that containerd 1.6 reads', () => {
  const { cniVersion, name, plugins } = JSON.parse(renderConflist()) as Record<string, unknown>;
  assert.deepEqual(
    { cniVersion, name, plugins },
    {
      cniVersion: '1.0.0',
      name: 'weft',
      plugins: [{ type: 'weft' }],
    },
  );
});

test('what we wrote is told from what an earlier and a later peer wrote', () => {
  assert.equal(classifyConflist(renderConflist()), 'current');
  assert.equal(classifyConflist(renderConflist(0)), 'older');
  assert.equal(classifyConflist(renderConflist(1000)), 'newer');
});

test('a list that somebody changed or wrote is foreign, whatever is in it', () => {
  const changed = renderConflist().replace('"weft"\n', '"weft", "capabilities": {}\n');
  assert.notEqual(changed, renderConflist());
  const unmarked = JSON.stringify({
    cniVersion: '1.0.0',
    name: 'weft',
    plugins: [{ type: 'weft' }],
  });
  const markedWrongly = [1, null, 'x', [], { form: '1', digest: 2 }].map((mark) =>
    JSON.stringify({ 'weft/installed': mark }),
  );
  for (const text of [changed, unmarked, ...markedWrongly, '', '{', 'null', '[]', '7'])
    assert.equal(classifyConflist(text), 'foreign', text);
});

test('lists that a runtime reads and that sort before ours are found, and no others', () => {
  const names = [
    '99-last.conflist',
    '05-cilium.conflist',
    '10-weft.conflist',
    '10-flannel.conflist.bak',
    '10-calico.conflist',
    '.10-weft.conflist.unfinished',
    '00-readme',
    '00-old.conf',
    '01-x.json',
  ];
  assert.deepEqual(conflistsBeforeOurs(names), [
    '00-old.conf',
    '01-x.json',
    '05-cilium.conflist',
    '10-calico.conflist',
  ]);
});
