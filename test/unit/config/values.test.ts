/** One parser for each kind of value: the ends of what it takes, and what it says of the rest. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as values from '#peer/config/values.ts';
import { parseAddress } from '#peer/ipam/parse.ts';

type Parse = (text: string) => unknown;

const REFUSED: Readonly<Record<string, readonly [Parse, readonly (readonly [string, RegExp])[]]>> =
  {
    'a name': [
      values.parseName,
      [
        ['', /"" is no name: letters, digits, dots and dashes/],
        ['-a', /"-a" is no name/],
        ['a.', /"a\." is no name/],
        ['a b', /is no name/],
        ['a\n', /is no name/],
        ['ä', /is no name/],
        ['a'.repeat(254), /is no name/],
      ],
    ],
    'a port': [
      values.parsePort,
      [
        ['0', /"0" is no whole number from 1 to 65535/],
        ['65536', /"65536" is no/],
        ['-1', /"-1" is no/],
        ['1.5', /is no whole number/],
        ['1e3', /is no whole number/],
        ['0x50', /is no whole number/],
        [' 80', /is no whole number/],
        ['', /"" is no whole number/],
        ['9'.repeat(400), /is no whole number/],
      ],
    ],
    'an MTU': [
      values.parseMtu,
      [
        ['1279', /"1279" is no whole number from 1280 to 65485/],
        ['65486', /from 1280 to 65485/],
        ['00', /"00" is no/],
      ],
    ],
    'a path': [
      values.parsePath,
      [
        ['', /"" is no absolute path/],
        ['run/weft', /"run\/weft" is no absolute path/],
      ],
    ],
    'a log level': [
      values.parseLogLevel,
      [
        ['verbose', /"verbose" is no log level: expected one of fatal, error, warn, info, debug/],
        ['INFO', /"INFO" is no log level/],
      ],
    ],
    'a switch': [
      values.parseSwitch,
      [['yes', /"yes" is neither yes nor no: expected 1, true, 0 or/]],
    ],
    'an address': [
      values.parseHostAddress,
      [
        ['', /"" is no address: expected for example 10\.32\.0\.1/],
        ['192.0.2.256', /"192\.0\.2\.256" is no address/],
        ['192.0.2.1/24', /without a prefix length/],
        ['node1.example', /"node1\.example" is no address/],
        ['[::1]', /is no address/],
      ],
    ],
    'a universe': [
      values.parseUniverse,
      [
        ['10.32.0.0', /"10\.32\.0\.0" is no range: expected an address, a slash and a prefix/],
        ['10.32.0.1/12', /bits set behind its prefix: did you mean 10\.32\.0\.0\/12\?/],
        ['10.32.0.0/33', /is no range/],
        ['10.32.0.0/25', /10\.32\.0\.0\/25 is too small: 256 addresses are the least/],
        ['fd00::/121', /fd00::\/121 is too small/],
        ['10.0.0.0/9,10.128.0.0/9', /has to be one range, or one of each family/],
        ['10.0.0.0/9,fd00::/48,10.128.0.0/9', /has to be one range/],
        ['10.0.0.0/9,', /"" is no range/],
      ],
    ],
    seeds: [
      (text) => values.parseSeeds(text, 6783),
      [
        ['192.0.2.1,192.0.2.2', /names 2 seeds: a majority needs 1, 3, 5 or 7/],
        ['192.0.2.1,192.0.2.2,', /"" is no address/],
        ['192.0.2.1,192.0.2.2,192.0.2.1:6783', /names 192\.0\.2\.1:6783 twice/],
        ['192.0.2.1:0', /"0" is no whole number/],
        ['192.0.2.1:99999', /"99999" is no whole number/],
        ['192.0.2.1:', /"192\.0\.2\.1:" is no address/],
        ['[fd00::1', /"\[fd00::1" is no address/],
        ['[fd00::1]7000', /is no address/],
      ],
    ],
    'an HTTP address': [
      values.parseHttpAddresses,
      [
        [
          '127.0.0.1',
          /"127\.0\.0\.1" has no port: expected address:port, \[ipv6\]:port or the abs/,
        ],
        ['::1', /"::1" has no port/],
        ['fd00::1:6784', /"fd00::1:6784" has no port/],
        ['6784', /"6784" is no address|has no port/],
        ['run/weft.sock', /is no address/],
        ['', /"" is no address/],
        ['127.0.0.1:0', /"0" is no whole number/],
      ],
    ],
  };

for (const [what, [parse, cases]] of Object.entries(REFUSED)) {
  describe(what, () => {
    for (const [text, message] of cases) {
      it(`is not "${text.length < 40 ? text.trim() : `${text.slice(0, 20)}...`}"`, () => {
        assert.throws(() => parse(text), { name: 'ConfigError', message });
      });
    }
  });
}

describe('an endpoint', () => {
  const endpoints: readonly [string, string, number][] = [
    ['192.0.2.1', '192.0.2.1', 6783],
    ['192.0.2.1:1', '192.0.2.1', 1],
    ['fd00::1', 'fd00::1', 6783],
    ['[fd00::1]', 'fd00::1', 6783],
    ['[fd00::1]:65535', 'fd00::1', 65_535],
  ];
  for (const [text, address, port] of endpoints) {
    it(`is "${text}"`, () => {
      const parsed = values.parseEndpoint(text, 6783);
      assert.deepEqual(parsed, { address: parseAddress(address), port });
    });
  }
});

describe('as many seeds as have a majority', () => {
  for (const count of [1, 3, 5, 7]) {
    it(`are ${count}`, () => {
      const text = Array.from({ length: count }, (_, n) => `192.0.2.${n}`).join(',');
      assert.equal(values.parseSeeds(text, 1).length, count);
    });
  }
});
