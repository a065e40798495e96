/** The handshake's Hellos and proofs, without a socket: what is bound, and what is refused. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PLAIN_KEYS, parseClusterKeys } from '#peer/transport/cluster-keys.ts';
import {
  type Channel,
  type ReceivedHello,
  type Credentials,
  PROTOCOL_MAX,
  PROTOCOL_MIN,
  type Role,
  type Transcript,
  checkAuth,
  checkHello,
  chooseVersion,
  makeAuth,
  makeHello,
} from '#peer/transport/handshake.ts';
import type { RefusalReason } from '#peer/transport/refusal.ts';
import { encodeFrame } from '#peer/wire/frame-codec.ts';
import type { Auth, Hello } from '#peer/wire/link-frame.ts';
import { testIdentity } from '#test/support/records.ts';
import { ANOTHER_CLUSTER, NEW_KEY, OLD_KEY, credentialsOf } from './ends.ts';

const OURS = credentialsOf(1);
const THEIRS = credentialsOf(2);
const EXPORTER = new Uint8Array(32).fill(7);
const ANOTHER_EXPORTER = new Uint8Array(32).fill(8);
const CHANNEL: Channel = { exporter: EXPORTER, role: 'initiator' };

const SAID: Transcript = {
  exporter: EXPORTER,
  initiatorHello: encodeFrame(makeHello(THEIRS, CHANNEL)),
  responderHello: encodeFrame(makeHello(OURS, { ...CHANNEL, role: 'responder' })),
};

/** What we, the responder, make of their Hello. */
function check(hello: Hello, received: Partial<ReceivedHello> = {}, by = OURS): string {
  const ourNonce = new Uint8Array(16);
  return checkHello(by, { hello, channel: CHANNEL, ourNonce, isSeen: () => false, ...received });
}

/** What they prove as the initiator, and what we make of it. */
function prove(
  made: { by?: Credentials; on?: Transcript; as?: Role },
  checked: { by?: Credentials; on?: Transcript; as?: Role; says?: Credentials } = {},
  change: (auth: Auth) => Auth = (auth) => auth,
): void {
  const auth = change(makeAuth(made.by ?? THEIRS, made.on ?? SAID, made.as ?? 'initiator'));
  const hello = makeHello(checked.says ?? THEIRS, CHANNEL);
  const role = checked.as ?? 'initiator';
  checkAuth(checked.by ?? OURS, checked.on ?? SAID, { role, hello, auth });
}

function refusedFor(reason: RefusalReason): { name: string; reason: string } {
  return { name: 'HandshakeRefused', reason };
}

function speaking(protocolMin: number, protocolMax: number): Hello {
  return { ...makeHello(THEIRS, CHANNEL), protocolMin, protocolMax };
}

describe('a hello', () => {
  it('names its sender', () => {
    assert.equal(check(makeHello(THEIRS, CHANNEL)), testIdentity(2).id);
  });

  it('has a nonce of its own each time', () => {
    assert.notDeepEqual(makeHello(OURS, CHANNEL).nonce, makeHello(OURS, CHANNEL).nonce);
  });

  it('of another cluster or configuration is refused', () => {
    const stranger = makeHello(credentialsOf(2, { cluster: ANOTHER_CLUSTER }), CHANNEL);
    assert.throws(() => check(stranger), refusedFor('another-cluster'));
    const changes = { configDigest: new Uint8Array(16).fill(9) };
    const changed = makeHello(credentialsOf(2, changes), CHANNEL);
    assert.throws(() => check(changed), refusedFor('another-configuration'));
  });

  it('is accepted when one version is spoken by both, and refused with the versions when not', () => {
    check(speaking(0, PROTOCOL_MIN));
    check(speaking(PROTOCOL_MAX, 99));
    for (const hello of [speaking(0, PROTOCOL_MIN - 1), speaking(PROTOCOL_MAX + 1, 99)]) {
      assert.throws(() => check(hello), {
        ...refusedFor('protocol-version'),
        message: `it speaks versions ${hello.protocolMin} to ${hello.protocolMax}, we 1 to 1`,
      });
    }
  });

  it('gives the highest version that both ends speak', () => {
    assert.equal(chooseVersion(speaking(0, PROTOCOL_MIN)), PROTOCOL_MIN);
    assert.equal(chooseVersion(speaking(PROTOCOL_MIN, 99)), PROTOCOL_MAX);
  });

  it('is told apart by what is wrong with it: ours, seen before, of another channel', () => {
    const hello = makeHello(THEIRS, CHANNEL);
    assert.throws(() => check(hello, { ourNonce: hello.nonce }), refusedFor('reflected-hello'));
    assert.throws(() => check(hello, { isSeen: () => true }), refusedFor('replayed-hello'));
    const channel = { ...CHANNEL, exporter: ANOTHER_EXPORTER };
    assert.throws(() => check(hello, { channel }), refusedFor('another-channel'));
  });

  it('that is forged to look fresh fails at its admission, and so does one of the other role', () => {
    const elsewhere = makeHello(THEIRS, { ...CHANNEL, exporter: ANOTHER_EXPORTER });
    const { channel } = makeHello(THEIRS, CHANNEL);
    const forged = { ...elsewhere, channel, nonce: new Uint8Array(16).fill(1) };
    assert.throws(() => check(forged), refusedFor('bad-membership-proof'));
    const reflected = makeHello(THEIRS, { ...CHANNEL, role: 'responder' });
    assert.throws(() => check(reflected), refusedFor('bad-membership-proof'));
  });

  it('without a key, or with another, is refused before the configuration is compared', () => {
    const keys = parseClusterKeys(NEW_KEY, 'test');
    const configDigest = new Uint8Array(16).fill(9);
    const stranger = makeHello(credentialsOf(2, { keys, configDigest }), CHANNEL);
    assert.throws(() => check(stranger), {
      ...refusedFor('unknown-cluster-key'),
      message: 'it has none of our cluster keys',
    });
  });

  it('of plain mode is accepted in plain mode alone, and each end says which it is', () => {
    const plain = { keys: PLAIN_KEYS };
    check(makeHello(credentialsOf(2, plain), CHANNEL), {}, credentialsOf(1, plain));
    assert.throws(() => check(makeHello(credentialsOf(2, plain), CHANNEL)), {
      ...refusedFor('plain-mode'),
      message: 'it is in plain mode, and we have a cluster key',
    });
    assert.throws(() => check(makeHello(THEIRS, CHANNEL), {}, credentialsOf(1, plain)), {
      ...refusedFor('plain-mode'),
      message: 'it has a cluster key, and we are in plain mode',
    });
  });

  it('of a peer from before there were admissions is refused for a reason of its own', () => {
    const nothing = new Uint8Array();
    const old = { ...makeHello(THEIRS, CHANNEL), keyId: nothing, channel: nothing };
    assert.throws(() => check({ ...old, admission: nothing }), refusedFor('another-channel'));
  });
});

describe('a proof', () => {
  it('holds for its channel and role', () => {
    prove({});
    prove({ as: 'responder' }, { as: 'responder' });
  });

  it('does not hold for the other role: it can not be reflected', () => {
    assert.throws(() => prove({}, { as: 'responder' }), refusedFor('replayed-proof'));
    const { answers } = makeAuth(OURS, SAID, 'responder');
    const forge = (auth: Auth): Auth => ({ ...auth, answers });
    assert.throws(() => prove({}, { as: 'responder' }, forge), refusedFor('bad-membership-proof'));
  });

  it('that answers an earlier hello of ours is known before it costs an HMAC', () => {
    const on = { ...SAID, responderHello: encodeFrame(makeHello(OURS, CHANNEL)) };
    assert.throws(() => prove({}, { on }), refusedFor('replayed-proof'));
    const { answers } = makeAuth(THEIRS, on, 'initiator');
    const forge = (auth: Auth): Auth => ({ ...auth, answers });
    assert.throws(() => prove({}, { on }, forge), refusedFor('bad-membership-proof'));
  });

  const changes: readonly [string, Partial<Transcript>][] = [
    ['exporter', { exporter: ANOTHER_EXPORTER }],
    ['hello of the initiator', { initiatorHello: encodeFrame(makeHello(THEIRS, CHANNEL)) }],
    [
      'border between the hellos',
      {
        initiatorHello: Buffer.concat([SAID.initiatorHello, SAID.responderHello.subarray(0, 1)]),
        responderHello: SAID.responderHello.subarray(1),
      },
    ],
  ];
  for (const [what, change] of changes) {
    it(`does not hold with another ${what}`, () => {
      const on = { ...SAID, ...change };
      const { answers } = makeAuth(THEIRS, on, 'initiator');
      const forge = (auth: Auth): Auth => ({ ...auth, answers });
      assert.throws(() => prove({}, { on }, forge), refusedFor('bad-membership-proof'));
    });
  }

  it('does not hold for another identity than the one that made it', () => {
    const says = credentialsOf(3);
    assert.throws(() => prove({}, { says }), refusedFor('bad-identity-proof'));
  });

  it('is made with the first key, and any is accepted', () => {
    const old = credentialsOf(2);
    const next = credentialsOf(2, { keys: parseClusterKeys(NEW_KEY, 'test') });
    const either = credentialsOf(1, { keys: parseClusterKeys(`${NEW_KEY}\n${OLD_KEY}`, 'test') });
    prove({ by: old }, { by: either });
    prove({ by: next }, { by: either });
    prove({ by: either }, { by: next, says: either });
    assert.throws(
      () => prove({ by: either }, { by: old, says: either }),
      refusedFor('unknown-cluster-key'),
    );
  });
});
