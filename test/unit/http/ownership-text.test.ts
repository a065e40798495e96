/** What `weft ipam` prints: every address in one line, and what is wrong first. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { percentOf, renderOwnership } from '#peer/http/ownership-text.ts';
import type { ReclaimReport } from '#peer/http/report.ts';
import { renderStatus } from '#peer/http/status-text.ts';
import { sampleOwnership, sampleReport } from './sample-report.ts';

function render(changes: Parameters<typeof sampleOwnership>[0] = {}): string {
  return renderOwnership(sampleReport({ ownership: sampleOwnership(changes) }));
}

it('each holder is shown with its state, blocks and share, removed ones last', () => {
  const rows = render()
    .split('\n')
    .filter((line) => /^(node|-)/.test(line));
  assert.deepEqual(
    rows.map((row) => row.split(/ {3,}/)),
    [
      ['node1', 'self', '10.32.1.0/26', '64', '25.00 %', '60'],
      ['node2', 'UNREACHABLE', '10.32.1.64/26', '64', '25.00 %', 'about 32'],
      ['node3', 'REMOVED', '10.32.1.128/26', '64', '25.00 %', 'about 32'],
      ['node1', 'granting to node2', '10.32.1.192/27', '32', '12.50 %'],
      ['-', 'ORPHANED', '10.32.1.224/27', '32', '12.50 %'],
    ],
  );
});

it('the totals are told by what they are, and their sum is all of the universe', () => {
  const text = render();
  assert.match(text, /^10\.32\.1\.0\/24: 256 addresses$/m);
  assert.match(text, /^ +25\.00 % {2}64 held$/m);
  assert.match(text, /^ +25\.00 % {2}64 of peers that were removed, to be reclaimed$/m);
  assert.match(text, /^ +100 % {2}256 in all$/m);
});

it('what the reclaim waits for is told, with what to do', () => {
  assert.doesNotMatch(render(), /[Rr]eclaim (waits|has)|takes back/);
  const ofState = (state: ReclaimReport['state']): string =>
    render({ reclaim: { state, waitsFor: ['node7', 'node8'] } });
  assert.match(ofState('waiting'), /Reclaim waits for node7, node8: .*Start or reach them/);
  assert.match(ofState('confirming'), /asks the arbiter whether its list is still the one/);
  assert.match(ofState('relisting'), /a newer list of the arbiter's, because of node7, node8/);
  assert.match(
    ofState('left-to-executor'),
    /The arbiter has not told this peer yet who takes back/,
  );
  assert.match(ofState('at-odds'), /node7, node8 and this peer have different lists/);
  assert.match(ofState('arbiter-went-back'), /Reclaim has stopped/);
  assert.match(ofState('too-many-blocks'), /waits for room: .*too-many-blocks/);
});

function renderExecutor(executor: string, isExecutorDown: boolean): string {
  const told = { executor, executorName: 'node4', isExecutorDown };
  return render({ reclaim: { state: 'left-to-executor', waitsFor: [], ...told } });
}

it('who takes back is named, and what to do while that one is down', () => {
  assert.match(renderExecutor('4'.repeat(32), false), /node4 takes back .*: weft ipam there says/);
  assert.match(
    renderExecutor('4'.repeat(32), true),
    /node4 .* is down: .*Start it, .*weft rmpeer node4\./,
  );
  assert.match(renderExecutor(sampleReport().peer.id, false), /This peer takes back/);
});

it('what two members claim is an alarm', () => {
  const [range] = sampleOwnership().ranges;
  assert.ok(range !== undefined);
  const text = render({ ranges: [{ ...range, doublyClaimed: ['10.32.1.0/28'] }] });
  assert.match(text, /^ALARM: two members claim 10\.32\.1\.0\/28/m);
});

it('what is left alone for pods of others is told, and that two get nothing of it', () => {
  const [range] = sampleOwnership().ranges;
  assert.ok(range !== undefined);
  const leftAlone = [
    { cidr: '10.32.1.0/28', for: ['node1'] },
    { cidr: '10.32.1.16/28', for: ['node1', 'node2'] },
  ];
  const text = render({ ranges: [{ ...range, leftAlone }] });
  assert.match(text, /^10\.32\.1\.0\/28 is left alone for pods of node1, .*lost\.$/m);
  assert.match(text, /^10\.32\.1\.16\/28 .*node1 and node2.*neither gets it\.$/m);
});

it('addresses that were carried over are told', () => {
  assert.match(render({ carriedOver: ['10.32.9.9'] }), /In use on this node.*: 10\.32\.9\.9/);
});

it('a holder of many blocks does not fill the screen', () => {
  const [range] = sampleOwnership().ranges;
  const [holder] = range?.holders ?? [];
  assert.ok(range !== undefined && holder !== undefined);
  const blocks = Array.from({ length: 9 }, (_, n) => `10.33.${n}.0/24`);
  const text = render({ ranges: [{ ...range, holders: [{ ...holder, blocks }] }] });
  assert.match(text, /10\.33\.5\.0\/24 and 3 more/);
});

it('a peer that is no member yet says so', () => {
  assert.match(renderOwnership(sampleReport()), /^node1 is ready: it knows of no addresses yet/);
});

it('a share is never rounded to all or nothing', () => {
  assert.equal(percentOf('0', '256'), '0 %');
  assert.equal(percentOf('1', String(2n ** 80n)), '< 0.01 %');
  assert.equal(percentOf(String(2n ** 80n - 1n), String(2n ** 80n)), '99.99 %');
  assert.equal(percentOf('256', '256'), '100 %');
});

it('the status tells in one line what of the universe is not simply held', () => {
  const text = renderStatus(sampleReport({ ownership: sampleOwnership() }));
  const line =
    'Held: 25.00 % of 10.32.1.0/24, 25.00 % unreachable, 12.50 % being granted, 25.00 % removed, 12.50 % orphaned';
  assert.ok(text.includes(line), text);
});
