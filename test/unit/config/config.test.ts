/** Flags and environment to a configuration: every option by each of its names, and who wins. */
import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Config, ConfigError, parseConfig } from '#peer/config/config.ts';
import { OPTIONS, type Option, type OptionName, environmentName } from '#peer/config/options.ts';
import { parseAddress, parseCidr } from '#peer/ipam/parse.ts';

const KEY = { WEFT_PASSWORD: 'a key for the tests' };

interface Sample {
  /** Two values as they are given. */
  readonly texts: readonly [string, string];
  /** What they are read as. */
  readonly values: readonly [unknown, unknown];
  readonly read: (config: Config) => unknown;
  /** What this option can't be without. */
  readonly others?: Readonly<Record<string, string>>;
}

const at = (text: string, port: number) => ({ address: parseAddress(text), port });

const SAMPLES: Readonly<Record<OptionName, Sample>> = {
  name: { texts: ['a', 'node-7.b'], values: ['a', 'node-7.b'], read: ({ name }) => name },
  address: {
    texts: ['192.0.2.7', 'fd00::7'],
    values: [parseAddress('192.0.2.7'), parseAddress('fd00::7')],
    read: ({ address }) => address,
  },
  'control-port': {
    texts: ['1', '65535'],
    values: [1, 65_535],
    read: ({ controlPort }) => controlPort,
  },
  'vxlan-port': { texts: ['4789', '8472'], values: [4789, 8472], read: (c) => c.vxlanPort },
  vni: { texts: ['1', '16777215'], values: [1, 0xff_ffff], read: ({ vni }) => vni },
  universe: {
    texts: ['10.64.0.0/24', '10.0.0.0/8, fd00::/48'],
    values: [[parseCidr('10.64.0.0/24')], [parseCidr('10.0.0.0/8'), parseCidr('fd00::/48')]],
    read: ({ universe }) => universe,
  },
  seeds: {
    texts: ['192.0.2.1', '192.0.2.1:7000,fd00::2, [fd00::3]:7001'],
    values: [
      [at('192.0.2.1', 6783)],
      [at('192.0.2.1', 7000), at('fd00::2', 6783), at('fd00::3', 7001)],
    ],
    read: ({ seeds }) => seeds,
  },
  'new-seed': {
    texts: ['true', '1'],
    values: [true, true],
    read: ({ isNewSeed }) => isNewSeed,
    others: { WEFT_SEEDS: '192.0.2.1' },
  },
  join: {
    texts: ['192.0.2.8', '192.0.2.8,192.0.2.9:1'],
    values: [[at('192.0.2.8', 6783)], [at('192.0.2.8', 6783), at('192.0.2.9', 1)]],
    read: ({ join }) => join,
    others: { WEFT_SEEDS: '192.0.2.1' },
  },
  cluster: { texts: ['blue', 'green'], values: ['blue', 'green'], read: ({ cluster }) => cluster },
  'key-file': {
    texts: ['/a', '/etc/weft/key'],
    values: [{ file: '/a' }, { file: '/etc/weft/key' }],
    read: ({ key }) => key,
  },
  password: {
    texts: ['one', 'two words'],
    values: [{ password: 'one' }, { password: 'two words' }],
    read: ({ key }) => key,
  },
  plain: { texts: ['true', '1'], values: ['plain', 'plain'], read: ({ key }) => key },
  mtu: { texts: ['0', '1280'], values: [0, 1280], read: ({ mtu }) => mtu },
  'connection-limit': {
    texts: ['12', '1000'],
    values: [12, 1000],
    read: ({ connectionLimit }) => connectionLimit,
  },
  'state-dir': { texts: ['/a', '/b'], values: ['/a', '/b'], read: (c) => c.stateDirectory },
  'cni-socket': { texts: ['/a', '/b'], values: ['/a', '/b'], read: ({ cniSocket }) => cniSocket },
  'cni-queue': { texts: ['/a', '/b'], values: ['/a', '/b'], read: ({ cniQueue }) => cniQueue },
  'cni-results-dir': {
    texts: ['/a', '/b'],
    values: ['/a', '/b'],
    read: (c) => c.cniResultsDirectory,
  },
  'http-address': {
    texts: ['192.0.2.1:80', '[::1]:6784, /run/weft/http.sock'],
    values: [[at('192.0.2.1', 80)], [at('::1', 6784), { socketPath: '/run/weft/http.sock' }]],
    read: ({ httpAddresses }) => httpAddresses,
  },
  kubernetes: {
    texts: ['true', '1'],
    values: [true, true],
    read: ({ kubernetes }) => kubernetes !== undefined,
  },
  'service-account-dir': {
    texts: ['/a', '/b'],
    values: ['/a', '/b'],
    read: ({ kubernetes }) => kubernetes?.serviceAccountDirectory,
    others: { WEFT_KUBERNETES: 'true' },
  },
  'options-dir': { texts: ['/a', '/b'], values: ['/a', '/b'], read: (c) => c.optionsDirectory },
  'cni-bin-dir': { texts: ['/a', '/b'], values: ['/a', '/b'], read: (c) => c.cniBinDirectory },
  'cni-conf-dir': { texts: ['/a', '/b'], values: ['/a', '/b'], read: (c) => c.cniConfDirectory },
  'no-masquerade': { texts: ['true', '1'], values: [false, false], read: (c) => c.masquerade },
  'sysctl-dir': { texts: ['/a', '/b'], values: ['/a', '/b'], read: (c) => c.sysctlDirectory },
  'log-level': { texts: ['fatal', 'trace'], values: ['fatal', 'trace'], read: (c) => c.logLevel },
};

const KEY_OPTIONS: readonly string[] = [
  'key-file',
  'password',
  'plain',
  'kubernetes',
  'service-account-dir',
];

/** Everything that the option needs beside itself. */
function othersOf(option: Option): Readonly<Record<string, string>> {
  const { others = {} } = SAMPLES[option.flag as OptionName];
  return KEY_OPTIONS.includes(option.flag) ? others : { ...KEY, ...others };
}

for (const option of OPTIONS as readonly Option[]) {
  const { texts, values, read } = SAMPLES[option.flag as OptionName];
  const others = othersOf(option);
  const names = [environmentName(option.flag), ...(option.aliases ?? [])];

  describe(`--${option.flag}`, () => {
    for (const name of names) {
      it(`is read from ${name}`, () => {
        for (const [n, text] of texts.entries()) {
          assert.deepEqual(read(parseConfig([], { ...others, [name]: text })), values[n]);
        }
      });
    }

    it('an earlier name wins over a later one', () => {
      const environment = Object.fromEntries(
        names.map((name, n) => [name, texts[n === 0 ? 0 : 1]]),
      );
      assert.deepEqual(read(parseConfig([], { ...others, ...environment })), values[0]);
    });

    if (option.environmentOnly === true) {
      it('is no flag: every user of the host could read it', () => {
        const args = [`--${option.flag}`, texts[0]];
        assert.throws(() => parseConfig(args, others), {
          name: 'ConfigError',
          message: /no option/,
        });
      });
    } else {
      it('is read from its flag, in either spelling, which wins over the environment', () => {
        const environment = { ...others, [environmentName(option.flag)]: texts[1] };
        const inline = parseConfig([`--${option.flag}=${texts[0]}`], environment);
        assert.deepEqual(read(inline), values[0]);
        if (option.value === undefined) return;
        const spaced = parseConfig([`--${option.flag}`, texts[0]], environment);
        assert.deepEqual(read(spaced), values[0]);
      });

      it('is given at most once', () => {
        const args = [`--${option.flag}=${texts[0]}`, `--${option.flag}=${texts[0]}`];
        assert.throws(() => parseConfig(args, others), {
          message: `--${option.flag} is given twice`,
        });
      });
    }
  });
}

describe('a configuration', () => {
  it('without anything but a key has the documented defaults', () => {
    const { name, address, universe, httpAddresses, ...rest } = parseConfig([], KEY);
    assert.deepEqual([name, address], [hostname(), undefined]);
    assert.deepEqual(universe, [parseCidr('10.32.0.0/12')]);
    assert.deepEqual(httpAddresses, [at('127.0.0.1', 6784)]);
    assert.deepEqual(rest, {
      controlPort: 6783,
      vxlanPort: 6784,
      vni: 6784,
      seeds: [],
      isNewSeed: false,
      join: [],
      cluster: 'weft',
      key: { password: KEY.WEFT_PASSWORD },
      mtu: 0,
      connectionLimit: 24,
      stateDirectory: '/var/lib/weft',
      cniSocket: '/run/weft/cni.sock',
      cniQueue: '/var/lib/cni/weft',
      cniResultsDirectory: '/var/lib/cni/results',
      cniBinDirectory: undefined,
      cniConfDirectory: undefined,
      kubernetes: undefined,
      masquerade: true,
      optionsDirectory: undefined,
      sysctlDirectory: '/proc/sys',
      logLevel: 'info',
    });
  });

  it('can not be changed', () => {
    assert.ok(Object.isFrozen(parseConfig([], KEY)));
  });

  it('takes an empty variable for none, and a plain "false" for no plain mode', () => {
    const config = parseConfig([], {
      ...KEY,
      WEFT_MTU: '',
      WEAVE_MTU: '1400',
      WEFT_PLAIN: 'false',
    });
    assert.equal(config.mtu, 1400);
    assert.deepEqual(config.key, { password: KEY.WEFT_PASSWORD });
  });

  it('ports of seeds follow the control port', () => {
    const { seeds } = parseConfig(['--control-port', '7000', '--seeds', '192.0.2.1'], KEY);
    assert.deepEqual(seeds, [at('192.0.2.1', 7000)]);
  });

  it('leaves variables of others alone', () => {
    parseConfig([], { ...KEY, PATH: '/bin', WEAVE_DEBUG: '1', WEFTY: 'x' });
  });
});

describe('what is refused', () => {
  const cases: readonly [string, readonly string[], Record<string, string>, RegExp][] = [
    ['no key', [], {}, /^no cluster key: give --key-file, or WEFT_PASSWORD, or --plain/],
    ['two keys', ['--plain'], KEY, /^more than one cluster key/],
    ['a flag that lacks its value', ['--mtu'], KEY, /^--mtu needs a value: MTU of the overlay/],
    ['peers to join without seeds', ['--join=192.0.2.1'], KEY, /^--join needs --seeds/],
    ['a new seed without seeds', ['--new-seed'], KEY, /^--new-seed needs --seeds/],
    ['a slip in a flag', ['--universes=10.0.0.0/8'], KEY, /did you mean --universe\?$/],
    [
      'a slip in a variable',
      [],
      { ...KEY, WEFT_SEED: '' },
      /"WEFT_SEED" is no variable.*WEFT_SEEDS/,
    ],
    [
      'an unknown flag',
      ['--frobnicate'],
      KEY,
      /"--frobnicate" is no option.*known are --name, --ad/,
    ],
    ['an unknown variable', [], { ...KEY, WEFT_X: '1' }, /"WEFT_X" is no variable.*WEFT_PASSWORD/],
    ['a word that is no flag', ['now'], KEY, /"now" is no option of weft peer/],
    ['a short flag', ['-v'], KEY, /"-v" is no option/],
    ['dashes alone', ['--'], KEY, /"--" is no option/],
    ['a flag with no name', ['--=1'], KEY, /"--=1" is no option/],
    ['an empty value', ['--cluster='], KEY, /^--cluster: "" is no name/],
    ['a name of an object', ['--constructor', '1'], KEY, /"--constructor" is no option/],
  ];
  for (const [what, args, environment, message] of cases) {
    it(`${what}, with what would be right`, () => {
      assert.throws(() => parseConfig(args, environment), { name: 'ConfigError', message });
    });
  }

  it('a value, under the name by which it was given', () => {
    const texts: readonly [readonly string[], Record<string, string>, string][] = [
      [['--mtu=9'], {}, '--mtu'],
      [[], { WEFT_MTU: '9' }, 'WEFT_MTU'],
      [[], { WEAVE_MTU: '9' }, 'WEAVE_MTU'],
    ];
    for (const [args, environment, source] of texts) {
      const message = `${source}: "9" is no whole number from 1280 to 65485`;
      assert.throws(() => parseConfig(args, { ...KEY, ...environment }), { message });
    }
  });
});

describe('whatever words come', () => {
  const flag = fc.constantFrom(...OPTIONS.map(({ flag }) => `--${flag}`));
  const sample = fc.constantFrom(...Object.values(SAMPLES).flatMap(({ texts }) => [...texts]));
  const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), sample);
  const word = fc.oneof(
    flag,
    text,
    fc.tuple(flag, text).map(([name, value]) => `${name}=${value}`),
  );
  const variable = fc.constantFrom(
    ...OPTIONS.flatMap((option: Option) => [
      environmentName(option.flag),
      ...(option.aliases ?? []),
    ]),
  );

  it('they are a configuration or a ConfigError, and nothing else', () => {
    const oneVariable = fc.tuple(variable, text).map((entry) => Object.fromEntries([entry]));
    fc.assert(
      fc.property(
        fc.array(word),
        fc.oneof(oneVariable, fc.dictionary(variable, text)),
        (args, environment) => {
          assertParsesOrRefuses(args, environment);
          assertParsesOrRefuses([], { ...KEY, ...environment });
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

function assertParsesOrRefuses(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): void {
  try {
    parseConfig(args, environment);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    assert.notEqual(error.message, '');
  }
}
