#!/usr/bin/env node
import { readFileSync, writeSync } from 'node:fs';

const argv = process.argv.slice(2);
if (!printsVersion()) {
  if (cachesCode()) refuseCache();
  else await import('../dist/main.js');
}

/** Scripts ask for the version often, and it needs nothing of the program. */
function printsVersion() {
  if (argv.length !== 1 || (argv[0] !== '--version' && argv[0] !== '-V')) return false;
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const line = Buffer.from(`${version}\n`);
  try {
    return writeSync(1, line) === line.length;
  } catch {
    return false; // the program says what is wrong with standard output
  }
}

function cachesCode() {
  const { NODE_COMPILE_CACHE, NODE_DISABLE_COMPILE_CACHE } = process.env;
  return Boolean(NODE_COMPILE_CACHE) && NODE_DISABLE_COMPILE_CACHE !== '1';
}

/** As the program would, which must not be loaded: Node.js would run what is in the cache in its place. */
function refuseCache() {
  const [Message, Hint] = [
    'NODE_COMPILE_CACHE is set: Node.js would run code from a cache, whoever wrote it',
    'unset NODE_COMPILE_CACHE',
  ];
  const Error = { Kind: 'usage', Code: 'environment-refused', Message, Hint, Retryable: false };
  const isJson = /(^| )--error-format[ =]json( |$)/.test(argv.join(' '));
  process.exitCode = 2;
  console.error(
    isJson ? JSON.stringify({ Error }) : `kmsx: error: ${Message}\nkmsx: hint: ${Hint}`,
  );
}
