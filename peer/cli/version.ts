/** `weft version`: prints the version of the package. */
import process from 'node:process';
import packageJson from '../../package.json' with { type: 'json' };

export function runVersion(): Promise<number> {
  process.stdout.write(`weft ${packageJson.version}\n`);
  return Promise.resolve(0);
}
