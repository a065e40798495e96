/** Endpoints that were found for peers that aren't known yet: when they are dialled, and how many. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { endpointKey } from '#peer/mesh/endpoint-key.ts';
import type { MeshEvent } from '#peer/mesh/effect.ts';
import { FOUND_ENDPOINTS_MAX } from '#peer/mesh/limits.ts';
import type { Mesh } from '#peer/mesh/mesh.ts';
import { sealPeer, testCodec, testEndpoint } from '#test/support/records.ts';
import { createMesh, dialled } from './lone-mesh.ts';

/** The rings want nobody: what is dialled is dialled because it was found. */
function createWantingNobody(): Mesh {
  return createMesh(testCodec(1), { random: () => 0, members: () => [] });
}

function found(...numbers: readonly number[]): MeshEvent {
  return { type: 'endpoints-found', endpoints: numbers.map(testEndpoint) };
}

it('they are dialled at once, and not again when they are found again', () => {
  const mesh = createWantingNobody();
  assert.deepEqual(dialled(mesh.step(0, found(1))), [endpointKey(testEndpoint(1))]);
  assert.deepEqual(dialled(mesh.step(0, found(1))), []);
});

it('one where nobody answers is dialled again', () => {
  const mesh = createWantingNobody();
  mesh.step(0, found(1));
  const effects = mesh.step(0, { type: 'dial-failed', endpoint: testEndpoint(1) });
  assert.deepEqual(dialled(effects), [endpointKey(testEndpoint(1))]);
});

it('they are dialled no more once the record of the peer behind them is there', () => {
  const mesh = createWantingNobody();
  mesh.step(0, found(2));
  mesh.step(0, { type: 'recall', records: [sealPeer(2)] });
  const effects = mesh.step(0, { type: 'dial-failed', endpoint: testEndpoint(2) });
  assert.deepEqual(dialled(effects), []);
  assert.deepEqual(dialled(mesh.step(0, found(2))), []);
});

it('they have a bound: the oldest make room', () => {
  const mesh = createWantingNobody();
  const numbers = Array.from({ length: FOUND_ENDPOINTS_MAX + 4 }, (_, n) => n + 1);
  const tried = new Set(dialled(mesh.step(0, found(...numbers))));
  for (const number of [...numbers, ...numbers, ...numbers]) {
    const effects = mesh.step(0, { type: 'dial-failed', endpoint: testEndpoint(number) });
    for (const key of dialled(effects)) tried.add(key);
  }
  const newest = numbers.slice(-FOUND_ENDPOINTS_MAX).map((n) => endpointKey(testEndpoint(n)));
  // Who fails is dialled again at once here, so the first eight may take all turns.
  assert.ok([...tried].every((key) => newest.includes(key)));
  assert.ok(!tried.has(endpointKey(testEndpoint(4))));
});
