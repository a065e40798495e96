/** The command line of `weft reset`: what is right, and what is refused in which words. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseResetOptions } from '#peer/cli/reset-options.ts';

test('nothing is done and no directory of the runtime looked into unless it is asked for', () => {
  assert.deepEqual(parseResetOptions([]), {
    isAgreed: false,
    stays: false,
    places: {
      stateDirectory: '/var/lib/weft',
      cniSocket: '/run/weft/cni.sock',
      cniQueue: '/var/lib/cni/weft',
      cniBinDirectory: undefined,
      cniConfDirectory: undefined,
      sysctlDirectory: '/proc/sys',
    },
  });
});

test('places are given by the flags of the peer', () => {
  const options = parseResetOptions(['--yes', '--stay', '--cni-bin-dir=/b', '--state-dir', '/s']);
  assert.ok(typeof options !== 'string');
  const { isAgreed, stays, places } = options;
  assert.deepEqual([isAgreed, stays], [true, true]);
  assert.deepEqual([places.cniBinDirectory, places.stateDirectory], ['/b', '/s']);
});

const REFUSED = [
  { args: ['--stay'], why: /--stay needs --yes/ },
  { args: ['--state-dir', 'relative'], why: /--state-dir: "relative" is no absolute path/ },
  { args: ['--state-dir='], why: /--state-dir: "" is no absolute path/ },
  { args: ['--universe=10.0.0.0/8'], why: /Unknown option '--universe'/ },
  { args: ['everything'], why: /Unexpected argument 'everything'/ },
  { args: ['--yes=no'], why: /--yes/ },
] as const;

for (const { args, why } of REFUSED) {
  test(`"${args.join(' ')}" is refused with the reason`, () => {
    const options = parseResetOptions(args);
    assert.ok(typeof options === 'string');
    assert.match(options, why);
  });
}

test('help is help, with whatever else', () => {
  assert.equal(parseResetOptions(['--yes', '--help']), 'help');
});
