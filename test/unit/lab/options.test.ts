/** The lab's command line. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { LabUsageError, parseLabCommand } from '#peer/lab/options.ts';

it('without options the lab has three nodes with two pods each, on IPv4', () => {
  assert.deepEqual(parseLabCommand([]), {
    type: 'up',
    options: { nodes: 3, pods: 2, underlayMtu: 1500, family: 4, once: false },
  });
});

it('every option is taken', () => {
  assert.deepEqual(
    parseLabCommand(['--nodes', '12', '--pods=4', '--underlay-mtu', '9000', '--ipv6', '--once']),
    {
      type: 'up',
      options: { nodes: 12, pods: 4, underlayMtu: 9000, family: 6, once: true },
    },
  );
  assert.deepEqual(parseLabCommand(['down']), { type: 'down' });
  assert.deepEqual(parseLabCommand(['--help']), { type: 'help' });
});

const REFUSED: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [['--nodes', '0'], /^--nodes is "0": expected a whole number from 1 to 100$/],
  [['--nodes', '101'], /^--nodes is "101"/],
  [['--nodes', '1e1'], /^--nodes is "1e1"/],
  [['--nodes', ''], /^--nodes is ""/],
  [['--pods', '-1'], /--pods/],
  [['--pods', '2.5'], /^--pods is "2\.5"/],
  [
    ['--underlay-mtu', '70000'],
    /^--underlay-mtu is "70000": expected a whole number from 626 to 65535$/,
  ],
  [
    ['--ipv6', '--underlay-mtu', '1349'],
    /^--underlay-mtu is "1349": expected a whole number from 1350/,
  ],
  [['--once=no'], /--once/],
  [['--node', '3'], /--node/],
  [['sideways'], /^"sideways" is no command of the lab: expected down/],
  [['down', 'now'], /^"now" is one word too many/],
];

it('bad values are refused with the name, the value and what would be right', () => {
  for (const [args, message] of REFUSED) {
    assert.throws(
      () => parseLabCommand(args),
      { name: LabUsageError.name, message },
      args.join(' '),
    );
  }
});
