import { writeSync } from 'node:fs';
import { version } from '../terminal/version.ts';

/** Scripts ask for the version often, and it needs nothing of the program. */
export function printsVersion(argv: readonly string[]): boolean {
  if (argv.length !== 1 || (argv[0] !== '--version' && argv[0] !== '-V')) return false;
  const line = Buffer.from(`${version}\n`);
  try {
    return writeSync(1, line) === line.length;
  } catch {
    return false; // the program says what is wrong with standard output
  }
}
