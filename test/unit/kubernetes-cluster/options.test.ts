/** The test cluster's command line. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ClusterUsageError, parseClusterCommand } from '../../kubernetes/cluster/options.ts';

describe('the command line of the test cluster', () => {
  it('makes three nodes with iptables unless told otherwise', () => {
    assert.deepEqual(parseClusterCommand(['up']), {
      type: 'up',
      options: { nodes: 3, proxyMode: 'iptables' },
    });
    assert.deepEqual(parseClusterCommand(['up', '--nodes=5', '--proxy-mode', 'nftables']), {
      type: 'up',
      options: { nodes: 5, proxyMode: 'nftables' },
    });
  });

  it('hands all words after kubectl to kubectl', () => {
    const parameters = ['get', 'pods', '--help', '-A', '--', 'x'];
    assert.deepEqual(parseClusterCommand(['kubectl', ...parameters]), {
      type: 'kubectl',
      parameters,
    });
  });

  it('takes a node, and a component if there is one, for logs', () => {
    assert.deepEqual(parseClusterCommand(['logs', 'node2']), { type: 'logs', where: 'node2' });
    assert.deepEqual(parseClusterCommand(['logs', 'node2', 'kubelet']), {
      type: 'logs',
      where: 'node2',
      component: 'kubelet',
    });
  });

  for (const { args, says } of [
    { args: [], says: /what to do is missing/ },
    { args: ['start'], says: /"start" is no command: expected up, down, kubectl or logs/ },
    { args: ['up', '--nodes', '0'], says: /--nodes is "0": expected a number from 1 to 20/ },
    { args: ['up', '--nodes', '21'], says: /--nodes is "21"/ },
    { args: ['up', '--nodes', '2x'], says: /--nodes is "2x"/ },
    { args: ['up', '--proxy-mode', 'ipvs'], says: /"ipvs": expected iptables or nftables/ },
    { args: ['up', '--node', '2'], says: /--node/ },
    { args: ['up', 'now'], says: /now/ },
    { args: ['down', 'node1'], says: /down takes no arguments, but got "node1"/ },
    { args: ['logs'], says: /needs the name of a node/ },
    { args: ['logs', 'node1', 'kubelet', 'now'], says: /"now" is one word too many/ },
  ]) {
    it(`refuses "${args.join(' ')}", says why and how it is used`, () => {
      assert.throws(
        () => parseClusterCommand(args),
        (error) =>
          error instanceof ClusterUsageError &&
          says.test(error.message) &&
          error.message.includes('Usage: npm run kubernetes'),
      );
    });
  }
});
