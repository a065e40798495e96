/** The plugin with its real launcher in real namespaces: what ADD makes, and what is left after. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hostInterfaceName } from '../../plugin/pod-network.ts';
import { CNI_VERSIONS } from '../../plugin/versions.ts';
import { createNamespace, type Namespace } from '../support/namespace.ts';
import { startLauncher } from '../support/plugin-launcher.ts';
import { CONFIG, createTestNode, HOST_ADDRESSES, type TestNode } from '../support/plugin-node.ts';

const HOST_INTERFACE = hostInterfaceName({ containerId: 'c1', interfaceName: 'eth0' });

const ping = (from: Namespace, to: string) => from.exec('ping', '-c1', '-W2', '-q', to);

async function assertNothingLeft(node: TestNode, pod?: Namespace): Promise<void> {
  assert.deepEqual(await node.hostInterfaces(), []);
  assert.equal(node.context.attachments.size, 0);
  if (pod !== undefined) assert.doesNotMatch(await pod.exec('ip', '-br', 'link'), /eth0/);
}

describe('ADD', () => {
  it('connects the pod and the host both ways, in both families, and DEL takes it away', async () => {
    await using node = await createTestNode();
    await using pod = await createNamespace();
    const added = await node.call({ command: 'ADD', pod });
    assert.equal(added.exitCode, 0, added.stdout);
    for (const [podAddress, family] of [
      ['10.32.0.1', 4],
      ['fd00:32::1', 6],
    ] as const) {
      await ping(node.host, podAddress);
      await ping(pod, HOST_ADDRESSES[family]);
    }
    const deleted = await node.call({ command: 'DEL', pod });
    assert.deepEqual([deleted.exitCode, deleted.stdout], [0, '']);
    await assertNothingLeft(node, pod);
  });

  it('tells both ends, their addresses and routes as they are in the kernel', async () => {
    await using node = await createTestNode();
    await using pod = await createNamespace();
    const environment = {
      CNI_ARGS: 'IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=cart-0',
    };
    const { document } = await node.call({
      command: 'ADD',
      pod,
      environment,
      config: { ...CONFIG, cniVersion: '1.1.0', dns: { nameservers: ['10.96.0.10'] } },
    });
    assert.deepEqual(document, {
      cniVersion: '1.1.0',
      interfaces: [
        { name: HOST_INTERFACE, mac: '0a:58:a9:fe:01:01', mtu: 1450 },
        { name: 'eth0', mac: '0a:58:0a:20:00:01', mtu: 1450, sandbox: pod.path },
      ],
      ips: [
        { interface: 1, address: '10.32.0.1/32', gateway: '169.254.1.1' },
        { interface: 1, address: 'fd00:32::1/128', gateway: 'fe80::1' },
      ],
      routes: [
        { dst: '0.0.0.0/0', gw: '169.254.1.1' },
        { dst: '::/0', gw: 'fe80::1' },
      ],
      dns: { nameservers: ['10.96.0.10'] },
    });
    const host = await node.host.exec('ip', 'link', 'show', HOST_INTERFACE);
    assert.match(host, /mtu 1450 .*state UP/);
    assert.match(host, /link\/ether 0a:58:a9:fe:01:01[^]*alias shop\/cart-0/);
    assert.match(await pod.exec('ip', '-br', 'link', 'show', 'eth0'), /UP +0a:58:0a:20:00:01/);
    assert.match(await pod.exec('ip', '-br', 'link', 'show', 'lo'), /LOOPBACK,UP/);
    assert.match(await pod.exec('ip', 'neigh'), /^169.254.1.1 .*0a:58:a9:fe:01:01 PERMANENT/m);
    assert.match(await pod.exec('ip', '-6', 'route'), /^default via fe80::1 dev eth0/m);
    const path = '/proc/sys/net/ipv6/conf/eth0/accept_ra';
    assert.equal(await pod.exec('cat', path), '0\n');
  });

  it('turns IPv6 on for its interface where the runtime has turned it off', async () => {
    await using node = await createTestNode();
    await using pod = await createNamespace();
    await pod.exec('sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1');
    await pod.exec('sysctl', '-qw', 'net.ipv6.conf.default.disable_ipv6=1');
    assert.equal((await node.call({ command: 'ADD', pod })).exitCode, 0);
    await ping(pod, HOST_ADDRESSES[6]);
  });

  it('answers in the form of every version', async () => {
    await using node = await createTestNode();
    await using pod = await createNamespace();
    for (const cniVersion of CNI_VERSIONS) {
      const config = { ...CONFIG, cniVersion };
      const { document } = await node.call({ command: 'ADD', pod, config });
      assert.equal(document['cniVersion'], cniVersion);
      assert.ok('ip4' in document || 'interfaces' in document, cniVersion);
      assert.equal((await node.call({ command: 'DEL', pod, config })).exitCode, 0);
    }
  });

  it('works side by side for twenty pods, each with an address of its own', async () => {
    await using node = await createTestNode();
    await using stack = new AsyncDisposableStack();
    const pods: Namespace[] = [];
    for (let i = 0; i < 20; i++) pods.push(stack.use(await createNamespace()));
    const added = await Promise.all(
      pods.map((pod, i) => node.call({ command: 'ADD', pod, containerId: `c${i}` })),
    );
    for (const { exitCode, stdout } of added) assert.equal(exitCode, 0, stdout);
    const addresses = [...node.context.attachments.values()].map(({ podMac }) => podMac);
    assert.equal(new Set(addresses).size, 20);
    await Promise.all(pods.map((pod) => ping(pod, HOST_ADDRESSES[4])));
    const deleted = await Promise.all(
      pods.map((pod, i) => node.call({ command: 'DEL', pod, containerId: `c${i}` })),
    );
    for (const { exitCode, stdout } of deleted) assert.equal(exitCode, 0, stdout);
    await assertNothingLeft(node);
  });

  it('replaces the host end that an ADD which was cut off had left behind', async () => {
    await using node = await createTestNode();
    await using pod = await createNamespace();
    await node.host.exec('ip', 'link', 'add', HOST_INTERFACE, 'type', 'veth', 'peer', 'name', 'x0');
    assert.equal((await node.call({ command: 'ADD', pod })).exitCode, 0);
    await ping(node.host, '10.32.0.1');
  });
});

describe('ADD is refused and leaves nothing when', () => {
  it('the interface name is taken in the pod, which keeps what it has', async () => {
    await using node = await createTestNode();
    await using pod = await createNamespace();
    await pod.exec('ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'x0');
    const { exitCode, document } = await node.call({ command: 'ADD', pod });
    assert.deepEqual([exitCode, document['code']], [1, 4]);
    assert.match(String(document['msg']), /CNI_IFNAME is "eth0".*has an interface of this name/);
    assert.match(await pod.exec('ip', '-br', 'link'), /^eth0@x0/m);
    await assertNothingLeft(node);
  });

  it('it comes a second time for the same pod, whose connection goes on', async () => {
    await using node = await createTestNode();
    await using pod = await createNamespace();
    await node.call({ command: 'ADD', pod });
    const { document } = await node.call({ command: 'ADD', pod });
    assert.equal(document['code'], 4);
    assert.equal(node.context.attachments.size, 1);
    await ping(node.host, '10.32.0.1');
  });

  it('its namespace does not exist, is the host’s own, or is none', async () => {
    await using node = await createTestNode();
    const cases = [
      ['/run/netns/weft-test-nowhere', 3],
      [node.host.path, 8],
      ['/proc/self/ns/net', 8],
      ['/etc/hostname', 8],
      ['/', 8],
    ] as const;
    for (const [path, code] of cases) {
      const { exitCode, document } = await node.call({ command: 'ADD', pod: { path } });
      assert.deepEqual([exitCode, document['code']], [1, code], path);
      assert.ok(String(document['msg']).includes(path));
    }
    await assertNothingLeft(node);
  });

  it('its configuration or environment is malformed', async () => {
    await using node = await createTestNode();
    await using pod = await createNamespace();
    const cases = [
      [{ config: '{"name":' }, 6],
      [{ config: 'x'.repeat(2 << 20) }, 6],
      [{ config: { cniVersion: '1.0.0' } }, 7],
      [{ config: { ...CONFIG, cniVersion: '3.0.0' } }, 1],
      [{ environment: { CNI_IFNAME: '' } }, 4],
      [{ environment: { CNI_ARGS: 'x'.repeat(100_000) } }, 4],
      [{ environment: { CNI_CONTAINERID: '../x' } }, 4],
    ] as const;
    for (const [call, code] of cases) {
      const { exitCode, document } = await node.call({ command: 'ADD', pod, ...call });
      assert.deepEqual([exitCode, document['code']], [1, code]);
    }
    await assertNothingLeft(node, pod);
  });

  it('the host side can not be made', async () => {
    await using node = await createTestNode();
    await using pod = await createNamespace();
    node.context.beforeConverge = () => Promise.reject(new Error('the kernel says no'));
    const { document } = await node.call({ command: 'ADD', pod });
    assert.deepEqual([document['code'], document['details']], [999, 'the kernel says no']);
    await assertNothingLeft(node, pod);
  });

  for (const moment of ['afterAllocate', 'beforeConverge'] as const)
    it(`its launcher is killed: ${moment}`, async () => {
      await using node = await createTestNode();
      await using pod = await createNamespace();
      const reached = Promise.withResolvers<void>();
      const goOn = Promise.withResolvers<void>();
      node.context[moment] = () => {
        reached.resolve();
        return goOn.promise;
      };
      const { child, outcome } = startLauncher(node.prepare({ command: 'ADD', pod }));
      await reached.promise;
      child.kill('SIGKILL');
      await outcome;
      goOn.resolve();
      // A DEL takes its turn after the ADD, so that the ADD is over when it is answered.
      await node.call({ command: 'DEL', containerId: 'c1' });
      assert.ok(node.context.logged.some((line) => /taken back/.test(line)));
      await assertNothingLeft(node, pod);
    });
});

describe('DEL', () => {
  it('is done twice, without namespace, and for what was never added', async () => {
    await using node = await createTestNode();
    await using pod = await createNamespace();
    await node.call({ command: 'ADD', pod });
    for (const containerId of ['c1', 'c1', 'never']) {
      const { exitCode, stdout } = await node.call({ command: 'DEL', containerId });
      assert.deepEqual([exitCode, stdout], [0, '']);
    }
    await assertNothingLeft(node, pod);
  });

  it('finds the host end without any state', async () => {
    await using node = await createTestNode();
    await using pod = await createNamespace();
    await node.call({ command: 'ADD', pod });
    node.context.attachments.clear();
    assert.equal((await node.call({ command: 'DEL', pod })).exitCode, 0);
    await assertNothingLeft(node, pod);
  });
});

/** A CHECK with the result of the ADD that it makes first. */
async function addThenCheck(node: TestNode, pod: Namespace) {
  const { document } = await node.call({ command: 'ADD', pod });
  return { command: 'CHECK', pod, config: { ...CONFIG, prevResult: document } };
}

describe('CHECK', () => {
  it('is silent about what is as ADD made it', async () => {
    await using node = await createTestNode();
    await using pod = await createNamespace();
    const { exitCode, stdout } = await node.call(await addThenCheck(node, pod));
    assert.deepEqual([exitCode, stdout], [0, '']);
  });

  it('names everything that is missing', async () => {
    await using node = await createTestNode();
    await using pod = await createNamespace();
    const check = await addThenCheck(node, pod);
    await pod.exec('ip', 'addr', 'del', '10.32.0.1/32', 'dev', 'eth0');
    await pod.exec('ip', '-6', 'route', 'del', 'default');
    await node.host.exec('ip', 'route', 'del', '10.32.0.1/32');
    const { document } = await node.call(check);
    assert.equal(document['code'], 101);
    for (const missing of [/route to 10.32.0.1/, /address 10.32.0.1/, /default route of IPv6/])
      assert.match(String(document['msg']), missing);
    assert.doesNotMatch(String(document['msg']), /fd00:32::1/);
    await node.host.exec('ip', 'link', 'del', HOST_INTERFACE);
    assert.match(String((await node.call(check)).document['msg']), /on the host; eth0 in the pod/);
  });

  it('needs the result of ADD', async () => {
    await using node = await createTestNode();
    await using pod = await createNamespace();
    assert.equal((await node.call({ command: 'CHECK', pod })).document['code'], 7);
  });
});
