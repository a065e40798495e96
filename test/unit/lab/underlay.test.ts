/** What the nodes of a lab know of each other's interfaces. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { planLab } from '#peer/lab/plan.ts';
import { neighbourCommands } from '#peer/lab/underlay.ts';

const OPTIONS = { pods: 1, underlayMtu: 1500, family: 4, once: true } as const;

it('a few nodes resolve each other; of many each is told the addresses of all others', () => {
  const few = planLab({ ...OPTIONS, nodes: 20 });
  assert.deepEqual(
    few.nodes.flatMap((node) => neighbourCommands(node, few)),
    [],
  );
  const many = planLab({ ...OPTIONS, nodes: 100 });
  for (const node of many.nodes) {
    const commands = neighbourCommands(node, many);
    const macs = commands.map((command) => / lladdr (\S+) /.exec(command)?.[1]);
    assert.equal(new Set(macs).size, 99);
    assert.ok(!commands.some((command) => command.includes(`${node.underlay} `)));
  }
  assert.equal(
    many.nodes[0] && neighbourCommands(many.nodes[0], many)[0],
    'neighbour add 198.18.0.2 lladdr 02:77:65:66:74:02 dev eth0 nud permanent',
  );
});
