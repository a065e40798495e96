/** CNI's environment variables: what is refused, and in which words. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CniError } from '../../../plugin/cni-error.ts';
import {
  parseAttachmentKey,
  parseCommand,
  parsePodName,
  requireVariables,
} from '../../../plugin/environment.ts';

const env = (fields: Record<string, string>) => new Map(Object.entries(fields));
const refusal = (message: RegExp) => (error: unknown) =>
  error instanceof CniError && error.code === 4 && message.test(error.message);

const key = (containerId: string, interfaceName: string) =>
  parseAttachmentKey(env({ CNI_CONTAINERID: containerId, CNI_IFNAME: interfaceName }));
const podName = (args: string) => parsePodName(env({ CNI_ARGS: args }));

describe('the command', () => {
  it('is one of the specification', () => {
    assert.equal(parseCommand(env({ CNI_COMMAND: 'ADD' })), 'ADD');
    assert.throws(
      () => parseCommand(env({ CNI_COMMAND: 'add' })),
      refusal(/"add": expected one of/),
    );
    assert.throws(() => parseCommand(env({})), refusal(/CNI_COMMAND is ""/));
  });

  it('names all variables that it misses, and none that it does without', () => {
    assert.throws(
      () => requireVariables('ADD', env({ CNI_IFNAME: 'eth0' })),
      refusal(/for ADD: CNI_CONTAINERID, CNI_NETNS, CNI_PATH$/),
    );
    requireVariables('DEL', env({ CNI_CONTAINERID: 'a', CNI_IFNAME: 'eth0', CNI_PATH: '/x' }));
  });
});

describe('container id and interface name', () => {
  it('are taken as they are when they are well formed', () => {
    assert.deepEqual(key('a.b_c-1', 'eth0'), { containerId: 'a.b_c-1', interfaceName: 'eth0' });
    assert.equal(key('a', 'fifteen-bytes-x').interfaceName.length, 15);
  });

  it('are refused with the value when they are not', () => {
    for (const id of ['', '-a', 'a b', 'a/../b', 'ä', 'a'.repeat(257)])
      assert.throws(() => key(id, 'eth0'), refusal(/^CNI_CONTAINERID is "/), id);
    for (const name of ['', '.', '..', 'a/b', 'a:b', 'a b', 'a\tb', 'eth%d', 'all', 'default'])
      assert.throws(() => key('a', name), refusal(/^CNI_IFNAME is "/), name);
    assert.throws(() => key('a', 'sixteen-bytes-xx'), refusal(/1 to 15 bytes/));
    assert.throws(
      () => key('a', 'äääääääää'),
      refusal(/1 to 15 bytes/),
      'bytes count, not letters',
    );
  });
});

describe('CNI_ARGS', () => {
  it('tell the name of the pod', () => {
    const args = 'IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=cart-0;FOO=1';
    assert.equal(podName(args), 'shop/cart-0');
    assert.equal(podName('K8S_POD_NAME=cart-0'), 'cart-0');
    assert.equal(podName(''), '');
  });

  it('are refused when a pair is broken or a key is unknown', () => {
    assert.throws(() => podName('FOO'), refusal(/"FOO": expected KEY=VALUE/));
    assert.throws(() => podName('K8S_POD_NAME=a;;'), refusal(/expected KEY=VALUE/));
    assert.throws(() => podName('A=1;B=2'), refusal(/unknown keys: A, B; set IgnoreUnknown=1/));
    assert.throws(() => podName('A=1;IgnoreUnknown=0'), refusal(/unknown keys: A/));
    assert.throws(() => podName('IgnoreUnknown=maybe'), refusal(/IgnoreUnknown=maybe/));
    assert.throws(() => podName('K8S_POD_NAME=a b'), refusal(/pod name "a b"/));
  });
});
