/** Names and addresses of the test cluster. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isClusterNamespace, planCluster } from '../../kubernetes/cluster/plan.ts';

describe('the plan of a test cluster', () => {
  const plan = planCluster({ nodes: 3, proxyMode: 'iptables' });

  it('has the API server at the first node, and all addresses different', () => {
    const [first] = plan.nodes;
    assert.equal(plan.apiAddress, first?.address);
    const addresses = [...plan.nodes, plan.world].map(({ address }) => address);
    assert.equal(new Set(addresses).size, 4);
  });

  it('names only namespaces that teardown knows for the cluster’s, and nobody else’s', () => {
    for (const { namespace } of [...plan.nodes, plan.world])
      assert.ok(isClusterNamespace(namespace), namespace);
    for (const name of [
      'weft-lab-lan',
      'weft-kubernetes',
      'weft-kubernetes-node',
      'my-weft-kubernetes-lan',
    ])
      assert.ok(!isClusterNamespace(name), name);
  });
});
