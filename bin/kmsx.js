#!/usr/bin/env node
/* Starts the program from its source. Node.js's own loader would take it from the cache of NODE_COMPILE_CACHE, which the
   program refuses, and looks for what is known here. */
const { readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { compileFunction } = require('node:vm');

const folder = join(dirname(__dirname), 'dist');
const file = join(folder, 'kmsx.cjs');
const source = read();
if (source !== undefined) {
  const names = ['require', '__filename', '__dirname'];
  compileFunction(source, names, { filename: file })(require, file, folder);
}

function read() {
  try {
    return readFileSync(file, 'utf8');
  } catch ({ code }) {
    process.exitCode = 7;
    const message =
      code === 'ENOENT'
        ? `kmsx is not built: ${file} is missing\nkmsx: hint: npm ci in ${dirname(folder)} makes it`
        : `${file} cannot be read (${code})\nkmsx: hint: node ${__filename} must be able to read it`;
    process.stderr.write(`kmsx: error: ${message}\n`);
  }
}
