/* The program as the build makes it: chunks of CommonJS in a pack, each loaded when it is needed, and the file that loads
   them. A chunk for each command comes from splitting, which esbuild does for ES modules alone; each chunk is turned into
   CommonJS afterwards, since Node.js loads that faster. */
import { build, transform } from 'esbuild';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, join } from 'node:path';
import { defines } from '../defines.js';
import { leanBundle } from './lean.js';

const SLOW_BUILTINS = JSON.parse(
  readFileSync(new URL('../../src/start/slow-builtins.json', import.meta.url), 'utf8'),
);
const shared = { bundle: true, platform: 'node', target: 'node20', legalComments: 'none' };

/**
 * @param {string} root - the folder of the repository
 * @returns the chunks, esbuild's record of them, and the packages that are loaded where they are installed: kmsx works
 *   without those
 */
export async function bundleProgram(root) {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const optional = Object.keys(manifest.optionalDependencies);
  const { outputFiles, metafile } = await build({
    ...shared,
    absWorkingDir: root,
    entryPoints: { main: 'src/main.ts', 'hsm-host': 'src/hsm/host/main.ts' },
    external: optional,
    outdir: 'dist',
    write: false,
    metafile: true,
    splitting: true,
    format: 'esm',
    chunkNames: '[name]-[hash]',
    logLevel: 'warning',
    define: defines(),
    plugins: [leanBundle],
  });
  const own = outputFiles.map(({ path }) => `./${basename(path)}`);
  const isKnown = (name) => own.includes(name) || optional.includes(name) || isBuiltin(name);
  const chunks = await Promise.all(
    outputFiles.map(async ({ path, text }) => [basename(path), await chunkBody(text, isKnown)]),
  );
  return { chunks: chunks.sort(([a], [b]) => (a < b ? -1 : 1)), metafile, optional };
}

/** The body of the function that is a chunk: src/start/loader.ts calls it. */
async function chunkBody(text, isKnown) {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    charset: 'ascii',
    minifyWhitespace: true,
    minifySyntax: true,
    supported: { 'template-literal': false }, // would hold line breaks, and a pack is one line
  });
  const body = withExports(code.trimEnd())
    // In regular expressions esbuild leaves them as they are.
    .replace(/\\?[\x7f-\uffff]/g, (text) => text.at(-1)) // escaped or not, it is itself
    .replace(/[\x7f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(/\bimport\("([^"]*)"/g, (_, name) => {
      if (isKnown(name)) return `kmsxLoad("${name}"`;
      throw new Error(`a chunk would load ${name}`);
    })
    // The default export of such a module is itself (src/start/builtins.ts), and a copy would load it.
    .replace(/\b__toESM\d*\(require\("node:([\w/]+)"\)(?:,1)?\)/g, (call, name) =>
      SLOW_BUILTINS.includes(name) ? `require("node:${name}")` : call,
    );
  if (/\bimport\(|[\n\r]/.test(body)) throw new Error('a chunk is more than one line of CommonJS');
  return `"use strict";${body}`;
}

/**
 * The exports of a chunk, in place of the copies that esbuild makes for other people's importers: here nothing but chunks
 * imports a chunk.
 */
function withExports(code) {
  const [, helpers, names, rest] =
    /^(.*?)var stdin_exports=\{\};(?:__export\w*\(stdin_exports,(\{.*?\})\);)?module\.exports=__toCommonJS\w*\(stdin_exports\);(.*)$/s.exec(
      code,
    ) ?? [];
  if (rest === undefined && !code.includes('stdin_exports')) return code; // it exports nothing
  if (rest === undefined) throw new Error('esbuild writes the exports of a module in another way');
  const isHelped = [...helpers.matchAll(/\b(__\w+)=/g)].some(([, name]) =>
    rest.includes(`${name}(`),
  );
  return `${isHelped ? helpers : ''}${names === undefined ? '' : `kmsxExport(${names});`}${rest}`;
}

/**
 * The pack of chunks, as src/start/pack.ts reads it.
 *
 * @param {readonly (readonly [string, string])[]} chunks
 */
export function packOf(chunks) {
  const places = {};
  let code = '';
  for (const [name, body] of chunks) {
    places[name] = [code.length, body.length];
    code += body;
  }
  const index = JSON.stringify({ bytes: code.length, chunks: places });
  return `//${code}\n//${index}\n`;
}

/** Names a build by its content: the pack, and what loads it. */
export async function buildName(root, pack) {
  const start = await startOf(root, { pack: '', build: '' });
  return createHash('sha256').update(start).update(pack).digest('hex').slice(0, 16);
}

/**
 * The file that loads the chunks.
 *
 * @param {string} root - the folder of the repository
 * @param {{ pack: string, build: string }} where - the name of the pack's file, and that of the build; empty where the
 *   pack follows in the file itself
 */
export async function startOf(root, where) {
  const { outputFiles } = await build({
    ...shared,
    absWorkingDir: root,
    entryPoints: ['src/start/main.ts'],
    write: false,
    format: 'cjs',
    charset: 'ascii',
    define: {
      ...defines(),
      KMSX_PACK: JSON.stringify(where.pack),
      KMSX_BUILD: JSON.stringify(where.build),
    },
  });
  return outputFiles[0].text;
}
