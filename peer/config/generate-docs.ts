/**
 * Writes the table of docs/CONFIGURATION.md from the options. With `--check` it writes nothing and
 * fails when the document is not what would be written.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { renderOptionsTable } from './options.ts';

const DOCUMENT = path.resolve(import.meta.dirname, '../../docs/CONFIGURATION.md');
const MARK = '<!-- made from peer/config/options.ts by: npm run generate -->\n';

const text = readFileSync(DOCUMENT, 'utf8');
const made = `${text.slice(0, text.indexOf(MARK))}${MARK}\n${renderOptionsTable()}\n`;

if (!process.argv.includes('--check')) {
  writeFileSync(DOCUMENT, made);
} else if (made !== text) {
  process.stderr.write(
    'docs/CONFIGURATION.md is not what the options give. Run: npm run generate\n',
  );
  process.exitCode = 1;
}
