/** The versions that decide what is built, and with what. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kubernetesVersion } from '#test/kubernetes/parts/go-binaries.ts';
import { isNewEnough } from '#test/kubernetes/parts/go-toolchain.ts';
import {
  checkUpstreamNames,
  NAMES_FOR_PAUSE,
  NAMES_FOR_TOOLS,
} from '#test/kubernetes/parts/upstream-images.ts';

test('a Go of 1.26 or later is new enough, and one that is none is not', () => {
  for (const version of ['go1.26', 'go1.26.8', 'go1.27rc1', 'go1.100'])
    assert.ok(isNewEnough(version), version);
  for (const version of ['go1.19.8', 'go1.3', 'go1.25.9', '', 'devel'])
    assert.ok(!isNewEnough(version), version);
});

test("Kubernetes' version is the one that go.mod requires", () => {
  assert.equal(kubernetesVersion('module x\n\nrequire k8s.io/kubernetes v1.99.3\n'), 'v1.99.3');
  assert.match(kubernetesVersion(), /^v1\.\d+\.\d+$/);
  assert.throws(() => kubernetesVersion('module x\n'), /k8s\.io\/kubernetes/);
});

test("an image of upstream's tests whose version we don't stand in for is refused by name", () => {
  checkUpstreamNames([...NAMES_FOR_PAUSE, ...NAMES_FOR_TOOLS, 'registry.k8s.io/etcd:3.6.8-0']);
  assert.throws(() => {
    checkUpstreamNames(['registry.k8s.io/e2e-test-images/agnhost:9.9']);
  }, /agnhost:9\.9/);
});
