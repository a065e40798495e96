/** The network configuration: what is refused, with which code, and in which words. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { CniError } from '../../../plugin/cni-error.ts';
import {
  parseAskedVersion,
  parseNetworkConfig,
  refuseUnsupported,
  versionForErrors,
} from '../../../plugin/network-config.ts';

const parse = (config: object) => parseNetworkConfig(JSON.stringify(config));
const refusal = (code: number, message: RegExp) => (error: unknown) =>
  error instanceof CniError && error.code === code && message.test(error.message);

it('a configuration without cniVersion is one of 0.1.0', () => {
  assert.equal(parse({ name: 'pods' }).cniVersion, '0.1.0');
});

it('dns is passed on, without what the specification does not know', () => {
  const dns = {
    nameservers: ['10.96.0.10'],
    domain: 'x',
    search: ['a', 'b'],
    options: ['ndots:5'],
  };
  assert.deepEqual(parse({ name: 'pods', dns: { ...dns, other: 1 } }).dns, dns);
});

it('text that is no JSON object is a decoding failure', () => {
  for (const text of ['', '{', 'null', '[]', '"x"', '1', '\u0000'])
    assert.throws(
      () => parseNetworkConfig(text),
      refusal(6, /no JSON object|not valid JSON/),
      text,
    );
});

it('a field that is missing or of the wrong type is an invalid configuration', () => {
  assert.throws(() => parse({}), refusal(7, /"name" .* is missing/));
  assert.throws(() => parse({ name: '-x' }), refusal(7, /"name" .* is "-x"/));
  assert.throws(() => parse({ name: 1 }), refusal(7, /"name" .* is 1/));
  assert.throws(() => parse({ name: 'a', cniVersion: 1 }), refusal(7, /"cniVersion"/));
  assert.throws(() => parse({ name: 'a', type: {} }), refusal(7, /"type"/));
  assert.throws(() => parse({ name: 'a', dns: { search: 'x' } }), refusal(7, /"dns.search"/));
  for (const field of ['dns', 'ipam', 'runtimeConfig', 'prevResult'])
    assert.throws(() => parse({ name: 'a', [field]: [] }), refusal(7, new RegExp(`"${field}"`)));
});

it('a version of the future is incompatible, and the error lists what would do', () => {
  assert.throws(
    () => parse({ name: 'a', cniVersion: '2.0.0' }),
    refusal(1, /"2.0.0" is not supported: use one of 0.1.0, .*1.1.0/),
  );
});

const refuse = (more: object) => () => refuseUnsupported(parse({ name: 'a', ...more }));

it('what ADD would have to do and does not is refused, with key and value', () => {
  assert.throws(refuse({ ipam: { type: 'host-local' } }), refusal(2, /"ipam.type" .*"host-local"/));
  const portMappings = [{ hostPort: 80, containerPort: 80 }];
  assert.throws(refuse({ runtimeConfig: { portMappings } }), refusal(2, /portMappings.*80/));
  refuse({ ipam: {}, runtimeConfig: { portMappings: [], other: 1 } })();
});

it('errors answer in the version that was asked for, as far as it can be read', () => {
  assert.equal(versionForErrors('{"cniVersion":"0.4.0","name":3}'), '0.4.0');
  assert.equal(versionForErrors('{"cniVersion":"7.0.0"}'), '7.0.0');
  assert.equal(versionForErrors('{'), '1.0.0');
  assert.equal(versionForErrors(`{"cniVersion":"${'9'.repeat(99)}"}`), '1.0.0');
  assert.equal(parseAskedVersion('{}'), '0.1.0');
});
