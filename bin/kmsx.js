#!/usr/bin/env node
/* Starts the program from its source. Node.js's own loader would take it from the cache of NODE_COMPILE_CACHE, which the
   program refuses, and looks for what is known here. */
const { readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { compileFunction } = require('node:vm');

const folder = join(dirname(__dirname), 'dist');
const file = join(folder, 'kmsx.cjs');
const names = ['require', '__filename', '__dirname'];
compileFunction(readFileSync(file, 'utf8'), names, { filename: file })(require, file, folder);
