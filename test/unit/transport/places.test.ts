/** Who has the places for handshakes, and who makes room for whom. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Places, type Visitor } from '#peer/transport/places.ts';

let ports = 0;
function visitor(network: string, address = '1'): Visitor {
  return { key: `${network}.${address} ${ports++}`, network, address: `${network}.${address}` };
}

function fill(places: Places, ...visitors: readonly Visitor[]): void {
  for (const one of visitors) places.take(one);
}

describe('where all places are taken', () => {
  it('who has taken its time makes room for anybody, the first of them first', () => {
    const places = new Places(3);
    const [a, b, c] = [visitor('a', '1'), visitor('a', '2'), visitor('a', '3')];
    fill(places, a, b, c);
    assert.equal(places.whoYields(visitor('a', '4')), undefined);
    places.isLate(b.key);
    places.isLate(a.key);
    assert.equal(places.whoYields(visitor('a', '4')), b.key);
    places.leave(b.key);
    assert.equal(places.whoYields(visitor('a', '4')), a.key);
  });

  it('the newest of the network with the most makes room for one of another', () => {
    const places = new Places(3);
    const crowd = ['1', '2'].map((address) => visitor('a', address));
    fill(places, ...crowd, visitor('b'));
    assert.equal(places.whoYields(visitor('b', '2')), undefined);
    assert.equal(places.whoYields(visitor('c')), crowd[1]?.key);
  });

  it('the newest of the address with the most makes room for one of another in its network', () => {
    const places = new Places(3);
    const crowd = ['1', '1', '2'].map((address) => visitor('a', address));
    fill(places, ...crowd);
    assert.equal(places.whoYields(visitor('a', '2')), undefined);
    assert.equal(places.whoYields(visitor('a', '3')), crowd[1]?.key);
  });

  it('nobody is counted any more who has left', () => {
    const places = new Places(2);
    const [a, b] = [visitor('a'), visitor('a')];
    fill(places, a, b);
    places.leave(a.key);
    places.leave(a.key);
    places.isLate(a.key);
    assert.equal(places.isFull(), false);
    assert.equal(places.keysOf('a.1').length, 1);
    fill(places, visitor('b'));
    assert.equal(places.whoYields(visitor('c')), undefined);
  });
});
