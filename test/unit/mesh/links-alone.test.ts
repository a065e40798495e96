/** What is said of links by somebody of whom nothing else is known. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Mesh } from '#peer/mesh/mesh.ts';
import type { DirectoryRecord } from '#peer/mesh/record.ts';
import { createMesh, linkUp } from './lone-mesh.ts';
import { ManyRecords, manyId } from './many-records.ts';

const RECORDS = new ManyRecords();
const LINK = 1;
/** Somebody made up: nobody's list has it. */
const [PEER, LINKS] = [RECORDS.one(5), linksOf(5)];

function linksOf(n: number): DirectoryRecord {
  const content = { type: 'links', down: [manyId(6)] } as const;
  return RECORDS.codec.seal({ peer: manyId(n), epoch: 1, seq: 2, content });
}

/** Before it has a list everybody counts as listed. */
function createHearers(): readonly Mesh[] {
  const hearers = [true, false].map((isListed) =>
    createMesh(RECORDS.codec, { isListed: () => isListed }),
  );
  for (const mesh of hearers) mesh.step(0, linkUp(LINK));
  return hearers;
}

function hear(mesh: Mesh, records: readonly DirectoryRecord[]): number {
  const before = mesh.directory.size;
  const frame = { type: 'records', records: records.map(({ signed }) => signed) } as const;
  mesh.step(10, { type: 'frame', link: LINK, frame });
  return mesh.directory.size - before;
}

describe('a links record', () => {
  it('is taken by nobody who has not its writer’s own record, be the writer listed or not', () => {
    for (const mesh of createHearers()) assert.equal(hear(mesh, [LINKS]), 0);
  });

  it('is taken behind that record, also out of one frame', () => {
    for (const mesh of createHearers()) assert.equal(hear(mesh, [PEER, LINKS]), 2);
    for (const mesh of createHearers()) {
      assert.equal(hear(mesh, [LINKS]), 0);
      assert.equal(hear(mesh, [PEER]), 1);
      assert.equal(hear(mesh, [LINKS]), 1, 'what was refused is taken when it comes again');
    }
  });
});
