/** Which of a Node's addresses a peer takes for its underlay, on hosts that have them. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ConfigError, parseConfig } from '#peer/config/config.ts';
import { Host } from '#peer/daemon/host.ts';
import { formatAddress } from '#peer/ipam/cidr.ts';
import { parseAddress } from '#peer/ipam/parse.ts';
import { createNamespace } from '#test/support/namespace.ts';

const HERE = ['2001:db8::1/64', '192.0.2.1/24', '198.51.100.1/24'];

/** The underlay of a Node with these InternalIPs, in this order. */
async function underlayOf(internal: readonly string[], args: readonly string[] = []) {
  await using namespace = await createNamespace();
  await namespace.exec('ip', 'link', 'add', 'eth0', 'up', 'type', 'bridge');
  for (const address of HERE) {
    await namespace.exec('ip', 'addr', 'add', address, 'dev', 'eth0', 'nodad');
  }
  const config = parseConfig(['--name=node1', '--plain', ...args], {});
  using host = namespace.enter(() => Host.open(config));
  return formatAddress(host.underlay(config, internal.map(parseAddress)).address);
}

for (const { what, internal, expected } of [
  { what: 'IPv4 first', internal: ['192.0.2.1', '2001:db8::1'], expected: '192.0.2.1' },
  { what: 'IPv6 first', internal: ['2001:db8::1', '192.0.2.1'], expected: '192.0.2.1' },
  {
    what: 'two of IPv4, the first of them',
    internal: ['2001:db8::1', '198.51.100.1', '192.0.2.1'],
    expected: '198.51.100.1',
  },
  { what: 'IPv6 alone', internal: ['2001:db8::1'], expected: '2001:db8::1' },
  {
    what: 'an IPv4 one that is not here',
    internal: ['203.0.113.9', '2001:db8::1'],
    expected: '2001:db8::1',
  },
] as const) {
  it(`of a Node that lists ${what}, the underlay is ${expected}`, async () => {
    assert.equal(await underlayOf(internal), expected);
  });
}

it('--address is taken instead of any of them', async () => {
  const internal = ['192.0.2.1', '2001:db8::1'];
  assert.equal(await underlayOf(internal, ['--address=2001:db8::1']), '2001:db8::1');
});

it('a Node none of whose addresses is here is refused with all of them', async () => {
  await assert.rejects(
    underlayOf(['203.0.113.9', '2001:db8::9']),
    (error) => error instanceof ConfigError && /203\.0\.113\.9, 2001:db8::9/.test(error.message),
  );
});
