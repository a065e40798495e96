/** The result of ADD in the form of each version. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseAddress } from '../../../peer/ipam/parse.ts';
import { resultDocument } from '../../../plugin/result.ts';
import { CNI_VERSIONS, type CniVersion } from '../../../plugin/versions.ts';

const result = (version: CniVersion, addresses = ['10.32.0.5', 'fd00::5']) =>
  resultDocument(version, {
    hostInterface: 'weft-0123456789',
    podInterface: 'eth0',
    podMac: '0a:58:0a:20:00:05',
    sandbox: '/run/netns/pod',
    mtu: 1450,
    addresses: addresses.map(parseAddress),
    dns: { domain: 'x' },
  });

const host = { name: 'weft-0123456789', mac: '0a:58:a9:fe:01:01' };
const pod = { name: 'eth0', mac: '0a:58:0a:20:00:05' };
const sandbox = '/run/netns/pod';
const v4 = { interface: 1, address: '10.32.0.5/32', gateway: '169.254.1.1' };
const v6 = { interface: 1, address: 'fd00::5/128', gateway: 'fe80::1' };
const routes = [
  { dst: '0.0.0.0/0', gw: '169.254.1.1' },
  { dst: '::/0', gw: 'fe80::1' },
];
const dns = { domain: 'x' };

it('0.1.0 and 0.2.0 have one object a family and no interfaces', () => {
  for (const cniVersion of ['0.1.0', '0.2.0'] as const)
    assert.deepEqual(result(cniVersion), {
      cniVersion,
      ip4: { ip: v4.address, gateway: v4.gateway, routes: [routes[0]] },
      ip6: { ip: v6.address, gateway: v6.gateway, routes: [routes[1]] },
      dns,
    });
});

it('0.3.0 to 0.4.0 have lists, and tell the family of each address', () => {
  for (const cniVersion of ['0.3.0', '0.3.1', '0.4.0'] as const)
    assert.deepEqual(result(cniVersion), {
      cniVersion,
      interfaces: [host, { ...pod, sandbox }],
      ips: [
        { version: '4', ...v4 },
        { version: '6', ...v6 },
      ],
      routes,
      dns,
    });
});

it('1.0.0 leaves the family out', () => {
  const interfaces = [host, { ...pod, sandbox }];
  assert.deepEqual(result('1.0.0'), {
    cniVersion: '1.0.0',
    interfaces,
    ips: [v4, v6],
    routes,
    dns,
  });
});

it('1.1.0 tells the MTU of both ends', () => {
  const interfaces = [
    { ...host, mtu: 1450 },
    { ...pod, mtu: 1450, sandbox },
  ];
  assert.deepEqual(result('1.1.0'), {
    cniVersion: '1.1.0',
    interfaces,
    ips: [v4, v6],
    routes,
    dns,
  });
});

it('a family that the pod does not have is in no version', () => {
  for (const version of CNI_VERSIONS)
    assert.doesNotMatch(JSON.stringify(result(version, ['10.32.0.5'])), /ip6|::|"6"/);
});
