/* Makes kmsx-standalone.cjs, the whole program in one file that needs Node.js alone, and its SHA-256 beside it. The same
   sources give the same bytes wherever and by whomever it is made. */
import { createHash } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleProgram, packOf, startOf } from './bundle/program.js';

if (process.argv.length > 2) throw new Error('usage: npm run standalone');
const NAME = 'kmsx-standalone.cjs';
const root = fileURLToPath(new URL('..', import.meta.url));
const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const { chunks } = await bundleProgram(root, Object.keys(optionalDependencies));
const start = await startOf(root, { pack: '', build: '' });
const program = `#!/usr/bin/env node\n${start}${packOf(chunks)}`;
const hash = createHash('sha256').update(program).digest('hex');
put(NAME, program, 0o755);
put(`${NAME}.sha256`, `${hash}  ${NAME}\n`, 0o644);
process.stdout.write(`${hash}  ${NAME}\n`);

/** Writes a file whole. */
function put(name, contents, mode) {
  const temporary = join(root, `.${name}.${process.pid}.tmp`);
  writeFileSync(temporary, contents);
  chmodSync(temporary, mode);
  renameSync(temporary, join(root, name));
}
