/** The handshake's claims and proofs, without a socket: what is bound, and what is refused. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PLAIN_KEYS, parseClusterKeys } from '#peer/transport/cluster-keys.ts';
import {
  type Channel,
  type Credentials,
  PROTOCOL_MAX,
  PROTOCOL_MIN,
  type Role,
  checkAuth,
  checkHello,
  makeAuth,
  makeHello,
} from '#peer/transport/handshake.ts';
import type { RefusalReason } from '#peer/transport/refusal.ts';
import { encodeFrame } from '#peer/wire/frame-codec.ts';
import type { Hello } from '#peer/wire/link-frame.ts';
import { testIdentity } from '#test/support/records.ts';
import { ANOTHER_CLUSTER, NEW_KEY, OLD_KEY, credentialsOf } from './ends.ts';

const OURS = credentialsOf(1);
const THEIRS = credentialsOf(2);

const CHANNEL: Channel = {
  exporter: new Uint8Array(32).fill(7),
  initiatorHello: encodeFrame(makeHello(THEIRS)),
  responderHello: encodeFrame(makeHello(OURS)),
};

/** What they prove as the initiator, and what we make of it. */
function check(
  made: { by?: Credentials; on?: Channel; as?: Role },
  checked: { by?: Credentials; on?: Channel; as?: Role; claim?: Credentials } = {},
): void {
  const auth = makeAuth(made.by ?? THEIRS, made.on ?? CHANNEL, made.as ?? 'initiator');
  const hello = makeHello(checked.claim ?? THEIRS);
  const role = checked.as ?? 'initiator';
  checkAuth(checked.by ?? OURS, checked.on ?? CHANNEL, { role, hello, auth });
}

function refusedFor(reason: RefusalReason): { name: string; reason: string } {
  return { name: 'HandshakeRefused', reason };
}

function speaking(protocolMin: number, protocolMax: number): Hello {
  return { ...makeHello(THEIRS), protocolMin, protocolMax };
}

describe('a hello', () => {
  it('names its sender', () => {
    assert.equal(checkHello(OURS, makeHello(THEIRS)), testIdentity(2).id);
  });

  it('has a nonce of its own each time', () => {
    assert.notDeepEqual(makeHello(OURS).nonce, makeHello(OURS).nonce);
  });

  it('of another cluster or configuration is refused', () => {
    const stranger = credentialsOf(2, { cluster: ANOTHER_CLUSTER });
    assert.throws(() => checkHello(OURS, makeHello(stranger)), refusedFor('another-cluster'));
    const changed = credentialsOf(2, { configDigest: new Uint8Array(16).fill(9) });
    assert.throws(() => checkHello(OURS, makeHello(changed)), refusedFor('another-configuration'));
  });

  it('is accepted when one version is spoken by both, and refused with the versions when not', () => {
    checkHello(OURS, speaking(0, PROTOCOL_MIN));
    checkHello(OURS, speaking(PROTOCOL_MAX, 99));
    for (const hello of [speaking(0, PROTOCOL_MIN - 1), speaking(PROTOCOL_MAX + 1, 99)]) {
      assert.throws(() => checkHello(OURS, hello), {
        ...refusedFor('protocol-version'),
        message: `it speaks versions ${hello.protocolMin} to ${hello.protocolMax}, we 1 to 1`,
      });
    }
  });
});

describe('a proof', () => {
  it('holds for its channel and role', () => {
    check({});
    check({ as: 'responder' }, { as: 'responder' });
  });

  it('does not hold for the other role: it can not be reflected', () => {
    assert.throws(() => check({}, { as: 'responder' }), refusedFor('bad-membership-proof'));
  });

  const changes: readonly [string, Partial<Channel>][] = [
    ['exporter', { exporter: new Uint8Array(32) }],
    ['hello of the initiator', { initiatorHello: encodeFrame(makeHello(THEIRS)) }],
    ['hello of the responder', { responderHello: encodeFrame(makeHello(OURS)) }],
    [
      'border between the hellos',
      {
        initiatorHello: Buffer.concat([
          CHANNEL.initiatorHello,
          CHANNEL.responderHello.subarray(0, 1),
        ]),
        responderHello: CHANNEL.responderHello.subarray(1),
      },
    ],
  ];
  for (const [what, change] of changes) {
    it(`does not hold with another ${what}`, () => {
      const on = { ...CHANNEL, ...change };
      assert.throws(() => check({}, { on }), refusedFor('bad-membership-proof'));
    });
  }

  it('does not hold for another identity than the one that made it', () => {
    const claim = credentialsOf(3);
    assert.throws(() => check({}, { claim }), refusedFor('bad-identity-proof'));
  });

  it('is made with the first key, and any is accepted', () => {
    const old = credentialsOf(2);
    const next = credentialsOf(2, { keys: parseClusterKeys(NEW_KEY, 'test') });
    const either = credentialsOf(1, { keys: parseClusterKeys(`${NEW_KEY}\n${OLD_KEY}`, 'test') });
    check({ by: old }, { by: either });
    check({ by: next }, { by: either });
    check({ by: either }, { by: next, claim: either });
    const message = 'it has none of our cluster keys';
    const refusal = { ...refusedFor('unknown-cluster-key'), message };
    assert.throws(() => check({ by: either }, { by: old, claim: either }), refusal);
  });

  it('of plain mode holds in plain mode alone', () => {
    const plain = credentialsOf(2, { keys: PLAIN_KEYS });
    check({ by: plain }, { by: credentialsOf(1, { keys: PLAIN_KEYS }) });
    assert.throws(() => check({ by: plain }), refusedFor('unknown-cluster-key'));
    assert.throws(() => check({}, { by: plain }), refusedFor('unknown-cluster-key'));
  });
});
