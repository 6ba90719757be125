/* Builds dist/: one bundle with a chunk for each command, loaded when that command runs; the licences and notices of what is
   in the bundle; and its bill of materials.

   A program may be started at any moment of a build: chunks, whose names change with their content, are written first, and
   main.js takes its place by a rename. Chunks of earlier builds stay for a minute after they were last current, for programs
   that are loading them; with --alone, for a package, they go at once. */
import { build } from 'esbuild';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defines } from './defines.js';
import { leanBundle } from './lean-bundle.js';
import { bundledPackages } from './package/bundled-packages.js';
import { thirdPartyNotices } from './package/notices.js';
import { sbom } from './package/sbom.js';

const GRACE_MS = process.argv.includes('--alone') ? 0 : 60_000;

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

// What works without them loads them where they are installed.
const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const optional = Object.keys(optionalDependencies);

const { outputFiles, metafile } = await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/main.ts', 'hsm-host': 'src/hsm/host/main.ts' },
  external: optional,
  outdir: 'dist',
  write: false,
  metafile: true,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  chunkNames: '[name]-[hash]',
  legalComments: 'none',
  logLevel: 'warning',
  define: defines(),
  plugins: [leanBundle],
  // The SDKs are CommonJS and call require() for Node's own modules.
  banner: {
    js: "import { createRequire as kmsxCreateRequire } from 'node:module'; const require = kmsxCreateRequire(import.meta.url);",
  },
});

const packages = bundledPackages(metafile, root, optional);
const files = new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]));
files.set('THIRD-PARTY-NOTICES', thirdPartyNotices(packages, root));
files.set('kmsx.cdx.json', sbom(packages, root));

mkdirSync(dist, { recursive: true });
const superseded = new Set([...filesOf('main.js'), ...filesOf('hsm-host.js')]);
for (const [name, contents] of files) if (name !== 'main.js') put(name, contents);
put('main.js', files.get('main.js'));

const now = new Date();
for (const name of readdirSync(dist)) {
  const path = join(dist, name);
  const stats = statSync(path, { throwIfNoEntry: false }); // another build may have removed it
  if (files.has(name) || stats === undefined) continue;
  if (GRACE_MS > 0 && superseded.has(name)) utimesSync(path, now, now);
  else if (now.getTime() - stats.mtimeMs >= GRACE_MS)
    rmSync(path, { recursive: true, force: true });
}

/** Writes a file of dist/ whole. */
function put(name, contents) {
  const temporary = join(dist, `.${name}.${process.pid}.tmp`);
  writeFileSync(temporary, contents);
  chmodSync(temporary, 0o644); // it is packed as it is here
  renameSync(temporary, join(dist, name));
}

/** The files of dist/ that a file of it leads to, itself included. */
function filesOf(name, found = new Set()) {
  if (found.has(name) || !existsSync(join(dist, name))) return found;
  found.add(name);
  const text = readFileSync(join(dist, name), 'utf8');
  for (const [, next = ''] of text.matchAll(/["']\.\/([\w.-]+\.js)["']/g)) filesOf(next, found);
  return found;
}
