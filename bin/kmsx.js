#!/usr/bin/env node
import { readFileSync, writeSync } from 'node:fs';

const argv = process.argv.slice(2);
if (!printsVersion()) {
  if (cachesCode()) refuseCache();
  else await load();
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
  process.exitCode = 2;
  tell({
    Kind: 'usage',
    Code: 'environment-refused',
    Message: 'NODE_COMPILE_CACHE is set: Node.js would run code from a cache, whoever wrote it',
    Hint: 'unset NODE_COMPILE_CACHE',
  });
}

/** @param {{ Kind: string, Code: string, Message: string, Hint: string }} error */
function tell(error) {
  const { Message, Hint } = error;
  const isJson = /(^| )--error-format[ =]json( |$)/.test(argv.join(' '));
  console.error(
    isJson
      ? JSON.stringify({ Error: { ...error, Retryable: false } })
      : `kmsx: error: ${Message}\nkmsx: hint: ${Hint}`,
  );
}

/** Loads and runs the program. Node.js opens many files at once for that. */
async function load() {
  try {
    await import('../dist/main.js');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'EMFILE' && code !== 'ENFILE') throw error;
    process.exitCode = 7;
    tell({
      Kind: 'io',
      Code: 'file-unreadable',
      Message: `there are too few file descriptors (${code})`,
      Hint: 'ulimit -n 1024, in the shell that runs kmsx',
    });
  }
}
