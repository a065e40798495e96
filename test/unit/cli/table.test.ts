/** Tables for terminals. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { renderTable } from '#peer/cli/table.ts';

it('columns are as wide as their widest cell, and no line ends in spaces', () => {
  const text = renderTable(
    ['name', 'value'],
    [
      ['a', '1'],
      ['longer name', ''],
    ],
  );
  assert.equal(text, 'NAME          VALUE\na             1\nlonger name');
});

it('a row with too few cells is filled, and one with too many is cut', () => {
  assert.equal(renderTable(['a', 'b'], [['1'], ['1', '2', '3']]), 'A   B\n1\n1   2');
});

it('a table without rows is its header', () => {
  assert.equal(renderTable(['a', 'b'], []), 'A   B');
});

it('control characters in a cell are shown as question marks', () => {
  assert.equal(renderTable(['a'], [['x\ny\u0007\u009B']]), 'A\nx?y??');
});
