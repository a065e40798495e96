/**
 * Judges what upstream's conformance tests of the network said: which passed, which failed, and which
 * of that was expected. Runs nothing.
 */

/** How many `[sig-network]` tests of this Kubernetes are `[Conformance]`. Fewer means that not all were run. */
export const CONFORMANCE_TESTS = 47;

export interface ExpectedFailure {
  /** A part of the test's name. */
  readonly name: string;
  readonly reason: string;
}

/** Tests that can't pass yet, each with the reason. Empty is the aim. */
export const EXPECTED_FAILURES: readonly ExpectedFailure[] = [
  {
    name: 'HostPort validates that there is no conflict between pods with same hostPort',
    reason: 'the plugin forwards no host ports yet',
  },
];

export interface TestResult {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
  /** Empty if it passed. */
  readonly failure: string;
}

export interface Verdict {
  readonly passed: readonly TestResult[];
  /** Those that make the run a failure. */
  readonly failed: readonly TestResult[];
  readonly expectedFailures: readonly TestResult[];
  /** They passed although a failure was expected: their lines should go. */
  readonly surprises: readonly ExpectedFailure[];
  /** Says why the run proves nothing, if it does not. */
  readonly incomplete?: string;
}

const NANOSECONDS_A_SECOND = 1e9;

/** The results in ginkgo's JSON report, of the tests that were run. Throws TypeError on anything else. */
export function parseReport(report: string): readonly TestResult[] {
  const suites = asList(JSON.parse(report), 'a report');
  return suites
    .flatMap((suite) => asList(asRecord(suite)['SpecReports'] ?? [], 'SpecReports'))
    .map(asRecord)
    .filter((spec) => spec['LeafNodeType'] === 'It' && spec['State'] !== 'skipped')
    .map(parseResult);
}

/** Compares the results with what is expected of them. */
export function judge(results: readonly TestResult[], count = CONFORMANCE_TESTS): Verdict {
  const passed = results.filter((result) => result.passed);
  const failed = results.filter((result) => !result.passed);
  return {
    passed,
    failed: failed.filter((result) => !isFailureExpected(result)),
    expectedFailures: failed.filter(isFailureExpected),
    surprises: EXPECTED_FAILURES.filter(({ name }) =>
      passed.some((test) => test.name.includes(name)),
    ),
    ...(results.length !== count && {
      incomplete: `${results.length} tests were run and not ${count}: see what ginkgo says above`,
    }),
  };
}

/** The verdict in lines for people, the worst last. */
export function describeVerdict(verdict: Verdict): readonly string[] {
  const { passed, failed, expectedFailures, surprises, incomplete } = verdict;
  const reasons = EXPECTED_FAILURES.map(({ name, reason }) => `expected: ${name}...: ${reason}`);
  return [
    ...passed.map(({ name, seconds }) => `passed  ${name} (${seconds.toFixed(0)} s)`),
    ...expectedFailures.map(({ name }) => `failed, as expected  ${name}`),
    ...(expectedFailures.length > 0 ? reasons : []),
    ...surprises.map(
      ({ name }) => `passed, which was not expected: take it out of EXPECTED_FAILURES: ${name}`,
    ),
    ...failed.map(({ name, failure }) => `FAILED  ${name}\n        ${firstLine(failure)}`),
    `${passed.length} passed, ${expectedFailures.length} failed as expected, ${failed.length} failed`,
    ...(incomplete === undefined ? [] : [incomplete]),
  ];
}

/** Whether the network is what it is expected to be. */
export function isAccepted({ failed, incomplete }: Verdict): boolean {
  return failed.length === 0 && incomplete === undefined;
}

function isFailureExpected({ name }: TestResult): boolean {
  return EXPECTED_FAILURES.some((expected) => name.includes(expected.name));
}

function parseResult(spec: Readonly<Record<string, unknown>>): TestResult {
  const containers = asList(spec['ContainerHierarchyTexts'] ?? [], 'ContainerHierarchyTexts');
  const failure = asRecord(spec['Failure'] ?? {})['Message'];
  const passed = spec['State'] === 'passed';
  return {
    name: [...containers, spec['LeafNodeText']].join(' ').trim(),
    passed,
    seconds: Number(spec['RunTime'] ?? 0) / NANOSECONDS_A_SECOND,
    failure: passed ? '' : String(failure ?? spec['State']),
  };
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw new TypeError(`ginkgo's report has ${JSON.stringify(value)} where an object is expected`);
}

function asList(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError(`ginkgo's report has no list as ${what}`);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
