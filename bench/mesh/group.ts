/**
 * A process with a group of peers: what the experiment runs on each core. Answers the requests of
 * group-messages.ts over its IPC channel, and ends with it. Started by group-process.ts.
 */
import process from 'node:process';
import { assert } from '#peer/assert.ts';
import type { Answered, Asked, GroupAnswers, GroupRequest } from './group-messages.ts';
import { PeerGroup } from './peer-group.ts';

let group: PeerGroup | undefined;

process.on('message', (asked: Asked) => void reply(asked));
process.on('disconnect', () => process.exit(0));

async function reply({ id, request }: Asked): Promise<void> {
  const answer: Answered = { id, value: await handle(request) };
  process.send?.(answer);
}

async function handle(request: GroupRequest): Promise<GroupAnswers[keyof GroupAnswers]> {
  if (request.type === 'prepare') {
    group = await PeerGroup.prepare(request.options);
    return undefined;
  }
  assert(group !== undefined, 'the group was prepared');
  switch (request.type) {
    case 'start':
      return await group.start();
    case 'least-known':
      return group.leastKnown();
    case 'publish':
      return group.publish(request.n);
    case 'await-record':
      return await group.awaitRecord(request.version);
    case 'await-down':
      return await group.awaitDown(request.n, request.gone);
    case 'cost':
      return group.cost();
  }
}
