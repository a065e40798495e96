/** What upstream's tests said, judged. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  describeVerdict,
  EXPECTED_FAILURES,
  isAccepted,
  judge,
  parseReport,
  type TestResult,
} from '#test/kubernetes/conformance/verdict.ts';

const [expected = { name: '', reason: '' }] = EXPECTED_FAILURES;

test('a run in which only an expected failure failed is accepted', () => {
  const verdict = judge([result('DNS works', true), result(`x ${expected.name} y`, false)], 2);
  assert.ok(isAccepted(verdict));
  assert.equal(verdict.expectedFailures.length, 1);
});

test('a failure that is not expected is named, with its reason, and not accepted', () => {
  const verdict = judge([result('DNS works', false)], 1);
  assert.ok(!isAccepted(verdict));
  assert.match(describeVerdict(verdict).join('\n'), /FAILED {2}DNS works\n +it broke/);
});

test('an expected failure that passes is told', () => {
  const verdict = judge([result(`x ${expected.name} y`, true)], 1);
  assert.ok(isAccepted(verdict));
  assert.match(describeVerdict(verdict).join('\n'), /take it out of EXPECTED_FAILURES/);
});

test('a run that left tests out is not accepted', () => {
  const verdict = judge([result('DNS works', true)], 2);
  assert.ok(!isAccepted(verdict));
  assert.match(describeVerdict(verdict).at(-1) ?? '', /1 tests were run and not 2/);
});

test("ginkgo's report gives the tests that were run, not those that were skipped", () => {
  const spec = { LeafNodeType: 'It', ContainerHierarchyTexts: ['[sig-network]', 'DNS'] };
  const report = [
    {
      SpecReports: [
        { ...spec, LeafNodeText: 'works', State: 'passed', RunTime: 2e9 },
        { ...spec, LeafNodeText: 'breaks', State: 'failed', Failure: { Message: 'because' } },
        { ...spec, LeafNodeText: 'hangs', State: 'timedout' },
        { ...spec, LeafNodeText: 'is of others', State: 'skipped' },
        { LeafNodeType: 'SynchronizedBeforeSuite', State: 'passed' },
      ],
    },
  ];
  assert.deepEqual(parseReport(JSON.stringify(report)), [
    { name: '[sig-network] DNS works', passed: true, seconds: 2, failure: '' },
    { name: '[sig-network] DNS breaks', passed: false, seconds: 0, failure: 'because' },
    { name: '[sig-network] DNS hangs', passed: false, seconds: 0, failure: 'timedout' },
  ]);
});

test('what is no report is refused', () => {
  assert.throws(() => parseReport('{}'), /list/);
  assert.throws(() => parseReport('[1]'), /object/);
});

function result(name: string, passed: boolean): TestResult {
  return { name, passed, seconds: 1, failure: passed ? '' : 'it broke\nat some line' };
}
