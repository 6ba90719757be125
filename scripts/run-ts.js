/* Runs a TypeScript program of this repository: node scripts/run-ts.js FILE [ARGUMENT…] */
import { build } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { defines } from './defines.js';

const [file, ...rest] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: node scripts/run-ts.js FILE [ARGUMENT…]');
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(root, 'node_modules', '.run-ts-'));
process.on('exit', () => {
  rmSync(folder, { recursive: true, force: true });
});
const outfile = join(folder, 'program.mjs');
await build({
  absWorkingDir: root,
  entryPoints: [file],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
  define: defines(),
});
process.argv = [process.execPath, file, ...rest];
await import(pathToFileURL(outfile).href);
