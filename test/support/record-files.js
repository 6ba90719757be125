/* Preloaded into a program (`node --import`): writes every path that it gives to node:fs into the file RECORD_FILES. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { RECORD_FILES } = process.env;
const record = fs.openSync(RECORD_FILES, 'a');
const { writeSync } = fs;

for (const api of [fs, fs.promises]) {
  for (const name of Object.keys(api)) {
    const original = api[name];
    if (typeof original !== 'function' || !/^[a-z]/.test(name)) continue;
    const recorded = function (...args) {
      const [path] = args;
      const isPath = typeof path === 'string' || path instanceof URL || Buffer.isBuffer(path);
      if (isPath) writeSync(record, `${name} ${String(path)}\n`);
      return original.apply(this, args);
    };
    api[name] = Object.assign(recorded, original);
  }
}
syncBuiltinESMExports();
