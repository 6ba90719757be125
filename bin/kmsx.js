#!/usr/bin/env node
import { readFileSync, writeSync } from 'node:fs';

if (!printsVersion(process.argv.slice(2))) await import('../dist/main.js');

/** Scripts ask for the version often, and it needs nothing of the program. @param {string[]} argv */
function printsVersion(argv) {
  if (argv.length !== 1 || (argv[0] !== '--version' && argv[0] !== '-V')) return false;
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const line = Buffer.from(`${version}\n`);
  try {
    return writeSync(1, line) === line.length;
  } catch {
    return false; // the program says what is wrong with standard output
  }
}
