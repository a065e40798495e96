/** Who refuses us is told for as long as we dial it, and never more than a screen of them. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { pino } from 'pino';
import { Counters } from '#peer/counters.ts';
import { TURNED_AWAY_MAX, TURNED_AWAY_MS } from '#peer/transport/limits.ts';
import { TurnedAway } from '#peer/transport/turned-away.ts';
import { testEndpoint } from '#test/support/records.ts';

let now = 0;

function create(): { turnedAway: TurnedAway; counters: Counters } {
  now = 0;
  const counters = new Counters();
  const turnedAway = new TurnedAway({ counters, log: pino({ level: 'silent' }), now: () => now });
  return { turnedAway, counters };
}

function refusal(n: number) {
  return { endpoint: testEndpoint(n), reason: 'another-cluster', detail: 'it is' };
}

it('a refusal is a problem until the endpoint is not dialled any more', () => {
  const { turnedAway } = create();
  turnedAway.add(refusal(1));
  now = TURNED_AWAY_MS - 1;
  assert.equal(turnedAway.problems().length, 1);
  turnedAway.add(refusal(1));
  now += TURNED_AWAY_MS - 1;
  assert.equal(turnedAway.problems().length, 1);
  now += 1;
  assert.deepEqual(turnedAway.problems(), []);
});

it(`${TURNED_AWAY_MAX} endpoints are told of, the last ones, and all are counted`, () => {
  const { turnedAway, counters } = create();
  for (let n = 0; n <= TURNED_AWAY_MAX; n++) turnedAway.add(refusal(n));
  const problems = turnedAway.problems().join('\n');
  assert.equal(turnedAway.problems().length, TURNED_AWAY_MAX);
  assert.doesNotMatch(problems, /198\.18\.0\.0 /);
  assert.match(problems, new RegExp(`198\\.18\\.0\\.${TURNED_AWAY_MAX} `));
  assert.equal(counters.get('turned-away'), TURNED_AWAY_MAX + 1);
});
