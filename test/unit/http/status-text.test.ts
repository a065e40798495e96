/** The text of /status. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { renderStatus } from '#peer/http/status-text.ts';
import { samplePeer, sampleReport } from './sample-report.ts';

it('a healthy peer is shown on one screen, without problems', () => {
  const text = renderStatus(sampleReport());
  assert.doesNotMatch(text, /Problems/);
  assert.match(text, /^ +Peer: node1 \(1{32}\), epoch 4$/m);
  assert.match(text, /^ +State: ready$/m);
  assert.match(text, /^ +Arbiter: seeds$/m);
  assert.match(text, /^ +Peers: 3 known, 0 unreachable$/m);
  assert.match(text, /^10\.32\.1\.0\/24 +1 +64 +192 +25\.0 %$/m);
  assert.match(text, /^default\/web +eth0 +10\.32\.1\.2 +weft-0123456789$/m);
  assert.ok(text.split('\n').length <= 40);
});

it('what is encrypted is said of links and of pods apart, and of a plain cluster that nothing is', () => {
  const report = sampleReport();
  const ofCluster = (secured: boolean): string =>
    /^ +Cluster: .*$/m.exec(renderStatus({ ...report, peer: { ...report.peer, secured } }))?.[0] ??
    '';
  assert.match(
    ofCluster(true),
    /, links encrypted and authenticated, pods' packets NOT encrypted$/,
  );
  assert.match(ofCluster(false), /, PLAIN: nothing encrypted, nobody authenticated$/);
});

it('peers are in natural order, and this one says so', () => {
  const text = renderStatus(sampleReport());
  const rows = text.split('\n').filter((line) => /^node\d +(self|reachable)/.test(line));
  assert.deepEqual(
    rows.map((row) => row.split(/ {2,}/).slice(0, 2).join(' ')),
    ['node1 self', 'node2 reachable', 'node3 reachable'],
  );
});

it('problems come first, each with what to do', () => {
  const text = renderStatus(
    sampleReport({
      problems: ['No majority of the seeds answers. Start them.'],
      kernel: { inSync: false, drift: { route: 2 }, failures: ['route 10.32.2.0/24: EEXIST'] },
    }),
  );
  assert.ok(text.startsWith('Problems:\n  - No majority of the seeds answers. Start them.\n'));
  assert.match(text, /Kernel: NOT in sync, drift: route 2, 1 failure$/m);
});

it('names that other peers chose can not move the cursor', () => {
  const text = renderStatus(
    sampleReport({ peers: [{ ...samplePeer(2), name: 'a\u001B[2Jb\nc' }] }),
  );
  assert.match(text, /a\?\[2Jb\?c/);
  assert.ok(!text.includes('\u001B'));
});

it('a thousand attachments are counted, and only the first are listed', () => {
  const [one] = sampleReport().attachments;
  assert.ok(one !== undefined);
  const text = renderStatus(sampleReport({ attachments: Array.from({ length: 1000 }, () => one) }));
  assert.match(text, /Attachments: 1000$/m);
  assert.match(text, /\.\.\. and 980 more/);
});

it('a block of IPv6 that is hardly used does not read as unused', () => {
  const holdings = [{ cidr: 'fd00:10:32::/65', term: 1, used: 3, free: '9223372036854775805' }];
  assert.match(renderStatus(sampleReport({ holdings })), /9223372036854775805 +< 0\.1 %$/m);
});
