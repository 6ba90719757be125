/* Makes kmsx-standalone.cjs, the whole program in one file that needs Node.js alone, and its SHA-256 beside it. The same
   sources give the same bytes wherever and by whomever it is made. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleProgram, packOf, startOf } from './bundle/program.js';
import { putWhole } from './put-whole.js';

if (process.argv.length > 2) throw new Error('usage: npm run standalone');
const NAME = 'kmsx-standalone.cjs';
const root = fileURLToPath(new URL('..', import.meta.url));

const { chunks } = await bundleProgram(root);
const start = await startOf(root, { pack: '', build: '' });
const program = `#!/usr/bin/env node\n${start}${packOf(chunks)}`;
const hash = createHash('sha256').update(program).digest('hex');
putWhole(join(root, NAME), program, 0o755);
putWhole(join(root, `${NAME}.sha256`), `${hash}  ${NAME}\n`, 0o644);
process.stdout.write(`${hash}  ${NAME}\n`);
