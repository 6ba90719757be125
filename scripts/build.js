/* Builds dist/: one bundle with a chunk for each command, loaded when that command runs. */
import { build } from 'esbuild';
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { leanBundle } from './lean-bundle.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));

rmSync(`${root}/dist`, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  chunkNames: '[name]-[hash]',
  legalComments: 'none',
  logLevel: 'warning',
  define: { KMSX_VERSION: JSON.stringify(version) },
  plugins: [leanBundle],
  // The SDKs are CommonJS and call require() for Node's own modules.
  banner: {
    js: "import { createRequire as kmsxCreateRequire } from 'node:module'; const require = kmsxCreateRequire(import.meta.url);",
  },
});
