/** What is sent because it was asked for, or found to be lacking: bounded, and nothing by a congested link. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Answers } from '#peer/mesh/answers.ts';
import { BoundHits } from '#peer/mesh/bound-hits.ts';
import { Directory } from '#peer/mesh/directory.ts';
import type { LinkId, MeshEffect } from '#peer/mesh/effect.ts';
import {
  ANSWER_BYTES_MAX,
  ANSWER_RATE,
  IDS_PER_FRAME,
  RECORDS_FRAME_BYTES,
  RECORD_BODY_BYTES_MAX,
} from '#peer/mesh/limits.ts';
import { type DirectoryRecord, type SignedRecord, recordId } from '#peer/mesh/record.ts';
import { ManyRecords } from './many-records.ts';

const LINK = 1;
const OTHER = 2;

/** Answers out of a directory, and links that may be congested. */
class Answering {
  readonly records = new ManyRecords();
  readonly directory = new Directory();
  readonly hits = new BoundHits();
  readonly congested = new Set<LinkId>();
  readonly answers = new Answers(this.directory, this.hits, (link) => this.congested.has(link));

  /** So many of the largest records that there may be, in the directory. */
  largeRecords(count: number): readonly DirectoryRecord[] {
    const body = new Uint8Array(RECORD_BODY_BYTES_MAX);
    const records = this.records
      .range(1, count)
      .map((record) => ({ ...record, signed: { ...record.signed, body } }));
    for (const record of records) this.directory.apply(record);
    return records;
  }
}

/** The records of all frames of an answer. */
function recordsOf(effects: readonly MeshEffect[]): readonly SignedRecord[] {
  return effects.flatMap((effect) => {
    assert.ok(effect.type === 'send' && effect.frame.type === 'records');
    return effect.frame.records;
  });
}

function bytesOf(records: readonly SignedRecord[]): number {
  return records.reduce((sum, { body, signature }) => sum + body.length + signature.length, 0);
}

describe('an answer', () => {
  it('is not given on a congested link, and is again when that has drained', () => {
    const answering = new Answering();
    const records = answering.records.range(1, 3);
    for (const record of records) answering.directory.apply(record);
    answering.congested.add(LINK);
    assert.deepEqual(answering.answers.answer(0, LINK, records.map(recordId)), []);
    assert.equal(recordsOf(answering.answers.answer(0, OTHER, records.map(recordId))).length, 3);
    answering.congested.delete(LINK);
    assert.equal(recordsOf(answering.answers.answer(0, LINK, records.map(recordId))).length, 3);
  });

  it('has a bound of bytes', () => {
    const answering = new Answering();
    const records = answering.largeRecords(100);
    const sent = recordsOf(answering.answers.answer(0, LINK, records.map(recordId)));
    const bytes = bytesOf(sent);
    assert.ok(bytes >= ANSWER_BYTES_MAX);
    assert.ok(bytes < ANSWER_BYTES_MAX + 2 * RECORD_BODY_BYTES_MAX);
    assert.deepEqual(answering.hits.take(), [{ type: 'bound-hit', bound: 'answer-cut' }]);
  });

  it('has each record once, however often it is asked for', () => {
    const answering = new Answering();
    const [record] = answering.largeRecords(1);
    assert.ok(record !== undefined);
    const ids = Array.from({ length: IDS_PER_FRAME }, () => recordId(record));
    assert.equal(recordsOf(answering.answers.answer(0, LINK, ids)).length, 1);
  });

  it('is bounded over all answers to one link, and no other link pays for that', () => {
    const answering = new Answering();
    const ids = answering.largeRecords(30).map(recordId);
    const askFor = (ms: number, link: LinkId): number => {
      let bytes = 0;
      for (let now = 0; now <= ms; now++)
        bytes += bytesOf(recordsOf(answering.answers.answer(now, link, ids)));
      return bytes;
    };
    const bytes = askFor(2_000, LINK);
    const { burstBytes, bytesPerSecond } = ANSWER_RATE;
    const most = burstBytes + 2 * bytesPerSecond;
    assert.ok(bytes > 0.95 * most && bytes <= most + ANSWER_BYTES_MAX, `${bytes} bytes`);
    assert.deepEqual(answering.hits.take(), [{ type: 'bound-hit', bound: 'too-many-answers' }]);
    assert.ok(recordsOf(answering.answers.answer(2_000, OTHER, ids)).length > 0);
  });

  it('has a bound of records, and begins with those that were asked for first', () => {
    const answering = new Answering();
    const records = answering.records.range(1, IDS_PER_FRAME + 1);
    const small = { body: new Uint8Array(8), signature: new Uint8Array(64) };
    for (const record of records) answering.directory.apply({ ...record, signed: small });
    const sent = recordsOf(answering.answers.answer(0, LINK, records.map(recordId)));
    assert.equal(sent.length, IDS_PER_FRAME);
    const last = answering.answers.answer(0, LINK, records.slice(IDS_PER_FRAME).map(recordId));
    assert.equal(recordsOf(last).length, 1);
  });
});

describe('an offer', () => {
  it('sends what fits an answer, announces the rest, and tells that it was cut', () => {
    const answering = new Answering();
    const records = answering.records.range(1, IDS_PER_FRAME + 10);
    const small = { body: new Uint8Array(8), signature: new Uint8Array(64) };
    for (const record of records) answering.directory.apply({ ...record, signed: small });
    const effects = answering.answers.offer(LINK, records.map(recordId));
    const sent = effects.filter(
      (effect) => effect.type === 'send' && effect.frame.type === 'records',
    );
    assert.equal(recordsOf(sent).length, IDS_PER_FRAME);
    const ids = records.slice(IDS_PER_FRAME).map(recordId);
    const frame = { type: 'have', ids };
    assert.deepEqual(effects.slice(sent.length), [{ type: 'send', link: LINK, frame }]);
    assert.deepEqual(answering.hits.take(), [{ type: 'bound-hit', bound: 'answer-cut' }]);
  });
});

describe('a frame of an answer', () => {
  it('is closed when it is full, and none is lost', () => {
    const answering = new Answering();
    const records = answering.records.range(1, 1_000);
    for (const record of records) answering.directory.apply(record);
    const effects = answering.answers.answer(0, LINK, records.map(recordId));
    const sizes = effects.map((effect) => {
      assert.ok(effect.type === 'send' && effect.frame.type === 'records');
      const parts = effect.frame.records.map(
        ({ body, signature }) => body.length + signature.length,
      );
      assert.ok(parts.slice(0, -1).reduce((sum, part) => sum + part, 0) < RECORDS_FRAME_BYTES);
      return parts.length;
    });
    assert.ok(sizes.length > 1);
    assert.equal(
      sizes.reduce((sum, count) => sum + count, 0),
      1_000,
    );
  });

  it('is none at all for records that are not here', () => {
    const answering = new Answering();
    const ids = answering.records.range(1, 3).map(recordId);
    assert.deepEqual(answering.answers.answer(0, LINK, ids), []);
  });
});
