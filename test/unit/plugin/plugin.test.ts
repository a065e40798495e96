/** The plugin's entry with a context in memory: every input gets a valid answer and leaves nothing. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { parseAddress } from '../../../peer/ipam/parse.ts';
import { NetlinkError } from '../../../peer/kernel/netlink/message.ts';
import { type Hands, HandsGone, NO_HANDS, type PodNamespace } from '../../../plugin/hands.ts';
import { createPlugin } from '../../../plugin/plugin.ts';
import { CNI_VERSIONS } from '../../../plugin/versions.ts';
import { MemoryContext } from '../../support/plugin-context.ts';

const address = parseAddress('10.32.0.1');
const ENODEV = new NetlinkError({ errno: 19, text: '' });

const GOOD = {
  CNI_CONTAINERID: 'c1',
  CNI_NETNS: '/run/netns/pod',
  CNI_IFNAME: 'eth0',
  CNI_PATH: '/opt/cni/bin',
};
const CONFIG = { cniVersion: '1.1.0', name: 'pods', type: 'weft' };

function setUp({ hands = NO_HANDS }: { hands?: Hands } = {}) {
  const context = new MemoryContext({ addressesOf: () => [address] });
  const handle = createPlugin(context);
  const call = async (fields: Record<string, string>, config: unknown = CONFIG) => {
    const text = typeof config === 'string' ? config : JSON.stringify(config);
    const answer = await handle({
      environment: new Map(Object.entries(fields)),
      config: text,
      hands,
    });
    return { ...answer, document: answer.stdout === '' ? {} : JSON.parse(answer.stdout) };
  };
  return { context, call };
}

/** Hands in a pod where nothing is, and where nothing that is made appears. */
function emptyHands(namespace: PodNamespace): Hands {
  return {
    namespace,
    gone: false,
    exchange: (side, requests) =>
      Promise.resolve(
        requests.map(() => ({ error: side === 'pod' ? ENODEV : undefined, messages: [] })),
      ),
    writeSysctls: (sysctls) => Promise.resolve(sysctls.map(() => 0)),
  };
}

describe('a command', () => {
  it('that is unknown or lacks variables is refused with code 4', async () => {
    const { call } = setUp();
    assert.equal((await call({ CNI_COMMAND: 'FLY' })).document.code, 4);
    const { exitCode, document } = await call({ CNI_COMMAND: 'ADD' });
    assert.equal(exitCode, 1);
    assert.match(document.msg, /CNI_CONTAINERID, CNI_NETNS, CNI_IFNAME, CNI_PATH/);
    assert.equal(document.cniVersion, '1.1.0');
  });

  it('that is newer than the configuration is refused with code 1', async () => {
    const { call } = setUp();
    for (const CNI_COMMAND of ['CHECK', 'GC', 'STATUS']) {
      const { document } = await call({ ...GOOD, CNI_COMMAND }, { ...CONFIG, cniVersion: '0.3.1' });
      assert.equal(document.code, 1, CNI_COMMAND);
    }
  });
});

describe('ADD', () => {
  const ADD = { ...GOOD, CNI_COMMAND: 'ADD' };

  for (const [namespace, code] of [
    [{ type: 'own' }, 8],
    [{ type: 'failed', errno: 2 }, 3],
    [{ type: 'failed', errno: 22 }, 8],
    [{ type: 'none' }, 8],
  ] as const)
    it(`in a namespace that is ${JSON.stringify(namespace)} gets code ${code}`, async () => {
      const { call, context } = setUp({ hands: { ...NO_HANDS, namespace } });
      const { document } = await call(ADD);
      assert.equal(document.code, code);
      assert.match(document.msg, /CNI_NETNS is "\/run\/netns\/pod"/);
      assert.equal(context.attachments.size, 0);
    });

  it('is put off with code 11 while the peer is not ready', async () => {
    const { call, context } = setUp({ hands: emptyHands({ type: 'open', fd: 3 }) });
    context.notReady = 'no address range is held yet';
    const { document } = await call(ADD);
    assert.equal(document.code, 11);
    assert.match(document.msg, /no address range is held yet/);
  });

  it('that fails after its address was given takes it back', async () => {
    const { call, context } = setUp({ hands: emptyHands({ type: 'open', fd: 3 }) });
    const { document } = await call(ADD);
    assert.equal(document.code, 5);
    assert.equal(context.attachments.size, 0);
  });

  it('whose launcher goes away takes everything back', async () => {
    const hands = emptyHands({ type: 'open', fd: 3 });
    const { call, context } = setUp({
      hands: {
        ...hands,
        exchange: (side, requests) =>
          side === 'host' ? Promise.reject(new HandsGone('gone')) : hands.exchange(side, requests),
      },
    });
    assert.equal((await call(ADD)).document.code, 11);
    assert.equal(context.attachments.size, 0);
  });
});

it('DEL is done as often as it comes, without namespace and without state', async () => {
  const { call, context } = setUp();
  await context.allocate({
    key: { containerId: 'c1', interfaceName: 'eth0' },
    hostInterface: 'weft-x',
    podMac: () => '0a:58:00:00:00:01',
    podName: '',
  });
  const { CNI_NETNS: _, ...withoutNamespace } = GOOD;
  for (let round = 0; round < 2; round++) {
    const answer = await call({ ...withoutNamespace, CNI_COMMAND: 'DEL' });
    assert.deepEqual([answer.exitCode, answer.stdout], [0, '']);
    assert.equal(context.attachments.size, 0);
  }
});

it('DEL whose launcher is gone is done by the peer itself', async () => {
  const { call, context } = setUp();
  const deleted: string[] = [];
  context.deleteHostInterface = (name) => Promise.resolve(void deleted.push(name));
  assert.equal((await call({ ...GOOD, CNI_COMMAND: 'DEL' })).exitCode, 0);
  assert.deepEqual(deleted, ['weft-042df0179a']);
});

it('STATUS is silent when the peer is ready, and says why when it is not', async () => {
  const { call, context } = setUp();
  assert.equal((await call({ ...GOOD, CNI_COMMAND: 'STATUS' })).stdout, '');
  context.notReady = 'the kernel refuses vxlan';
  const { document } = await call({ ...GOOD, CNI_COMMAND: 'STATUS' });
  assert.equal(document.code, 50);
  assert.match(document.msg, /the kernel refuses vxlan/);
});

it('VERSION needs nothing but its command, and announces no version of which a command is missing', async () => {
  const { document } = await setUp().call({ CNI_COMMAND: 'VERSION' }, { cniVersion: '9.9.9' });
  assert.equal(document.cniVersion, '9.9.9');
  assert.deepEqual(document.supportedVersions, CNI_VERSIONS.slice(0, -1));
});

it('GC says that it is not served, rather than doing nothing', async () => {
  const { document } = await setUp().call({ ...GOOD, CNI_COMMAND: 'GC' });
  assert.equal(document.code, 102);
});

it('what nobody expected becomes code 999, and is logged', async () => {
  const { call, context } = setUp();
  context.deleteHostInterface = () => Promise.reject(new Error('the moon is full'));
  const { document } = await call({ ...GOOD, CNI_COMMAND: 'DEL' });
  assert.deepEqual([document.code, document.details], [999, 'the moon is full']);
  assert.ok(context.logged.some((line) => /unexpectedly/.test(line)));
});

it('any environment and any standard input get a valid answer, and leave no attachment', async () => {
  const word = fc.oneof(fc.string(), fc.constantFrom('a', 'eth0', '/run/netns/x', ''));
  const environment = fc.record(
    {
      CNI_COMMAND: fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom('ADD', 'DEL', 'CHECK', 'GC', 'STATUS', 'VERSION') },
        { weight: 1, arbitrary: fc.string() },
      ),
      CNI_CONTAINERID: word,
      CNI_NETNS: word,
      CNI_IFNAME: word,
      CNI_PATH: word,
      CNI_ARGS: fc.oneof(fc.string(), fc.constant('IgnoreUnknown=1;X=2')),
    },
    { requiredKeys: ['CNI_COMMAND'] },
  );
  const json = fc.oneof(fc.jsonValue(), word);
  const config = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .record(
        {
          cniVersion: fc.oneof(fc.constantFrom(...CNI_VERSIONS), json),
          name: fc.oneof(fc.constant('pods'), json),
          type: json,
          dns: json,
          ipam: json,
          prevResult: json,
          runtimeConfig: json,
        },
        { requiredKeys: [] },
      )
      .map((fields) => JSON.stringify(fields)),
  );
  const namespace: fc.Arbitrary<PodNamespace> = fc.oneof(
    fc.constant<PodNamespace>({ type: 'open', fd: 5 }),
    fc.constant<PodNamespace>({ type: 'own' }),
    fc.constant<PodNamespace>({ type: 'none' }),
    fc.integer({ min: 1, max: 0xffff_ffff }).map((errno) => ({ type: 'failed' as const, errno })),
  );
  await fc.assert(
    fc.asyncProperty(environment, config, namespace, async (fields, text, namespace) => {
      const { call, context } = setUp({ hands: emptyHands(namespace) });
      const { exitCode, stdout, document } = await call(fields, text);
      assert.equal(context.attachments.size, 0);
      if (exitCode === 0) {
        assert.ok(stdout === '' || Array.isArray(document.supportedVersions));
        return;
      }
      assert.equal(exitCode, 1);
      assert.equal(typeof document.cniVersion, 'string');
      assert.ok([1, 2, 3, 4, 5, 6, 7, 8, 101, 102].includes(document.code), stdout);
      assert.ok(typeof document.msg === 'string' && document.msg.length > 10);
    }),
    { numRuns: 2000 },
  );
});
