/** What the command line of the simulation bench says, and what is said of one that is wrong. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OptionError } from '../../../bench/command-line.ts';
import { USAGE, parseOptions } from '../../../bench/simulation/options.ts';

describe('the command line of the simulation bench', () => {
  it('says what is run, how large and of which seed', () => {
    const { start, kind, seed, spread } = parseOptions([
      '--start',
      '500',
      '--kind',
      'warm',
      '--seed',
      '7',
    ]);
    assert.deepEqual([start, kind, seed, spread], [500, 'warm', 7, undefined]);
  });

  it('asks for help', () => {
    assert.equal(parseOptions(['--help']).isHelp, true);
    assert.equal(parseOptions([]).isHelp, false);
  });

  it('that is wrong is answered with what is, and with the usage', () => {
    for (const argv of [['--peers'], ['--start', '1'], ['--seed', ''], ['--kind', 'lukewarm']]) {
      assert.throws(
        () => parseOptions(argv),
        (error) => error instanceof OptionError && error.message.endsWith(USAGE),
        argv.join(' '),
      );
    }
  });
});
