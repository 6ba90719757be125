/* Builds dist/: the program, as a file that starts it and a pack of chunks; what other programs import of kmsx, with its
   types; the licences and notices of what is in them; and their bill of materials.

   A program may be started at any moment of a build: the pack, whose name changes with its content, is written first, and
   kmsx.cjs takes its place by a rename. The pack of the build before stays for a minute, for programs that run with it;
   with --alone, for a package, it goes at once. At the end common commands are compiled into cache/ for the Node.js that runs
   here; --alone and --without-cache leave that out. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleLibrary } from './bundle/library.js';
import { buildName, bundleProgram, packOf, startOf } from './bundle/program.js';
import { bundledPackages } from './package/bundled-packages.js';
import { thirdPartyNotices } from './package/notices.js';
import { sbom } from './package/sbom.js';
import { putWhole } from './put-whole.js';

const isAlone = process.argv.includes('--alone');
const GRACE_MS = isAlone ? 0 : 60_000;

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const cache = join(root, 'cache');

const { chunks, metafile, optional } = await bundleProgram(root);
const library = await bundleLibrary(root);
const packages = bundledPackages([metafile, library.metafile], root, optional);
const pack = packOf(chunks);
const hash = await buildName(root, pack);
const packFile = `kmsx-${hash}.pack`;
const files = new Map([
  [packFile, pack],
  ['THIRD-PARTY-NOTICES', thirdPartyNotices(packages, root)],
  ['kmsx.cdx.json', sbom(packages, root)],
  ...library.files,
  ['kmsx.cjs', await startOf(root, { pack: packFile, build: hash })],
]);

mkdirSync(dist, { recursive: true });
const started = join(dist, 'kmsx.cjs');
const before = existsSync(started) ? readFileSync(started, 'utf8') : '';
for (const [name, contents] of files) putWhole(join(dist, name), contents, 0o644); // as it is packed
const now = new Date();
for (const name of readdirSync(dist)) {
  if (before.includes(JSON.stringify(name)) && !files.has(name))
    utimesSync(join(dist, name), now, now);
}
if (!lstatSync(dist).isSymbolicLink()) removeOld(dist, (name) => files.has(name));
if (lstatSync(cache, { throwIfNoEntry: false })?.isDirectory())
  removeOld(cache, (name) => name.startsWith(`${hash}-`) || !/^[0-9a-f]{16}-v/.test(name));
if (!isAlone && !process.argv.includes('--without-cache')) {
  const kmsx = [join(root, 'bin', 'kmsx.js'), 'cache', '--quiet'];
  const { status } = spawnSync(process.execPath, kmsx, { stdio: ['ignore', 'ignore', 'inherit'] });
  // It works without, as where others may write the folder of the project.
  if (status !== 0) console.error('build: no compiled code is kept, and starts take longer');
}

/** Removes what earlier builds left. */
function removeOld(folder, isCurrent) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const stats = statSync(path, { throwIfNoEntry: false }); // another build may have removed it
    if (isCurrent(name) || stats === undefined) continue;
    if (Date.now() - stats.mtimeMs >= GRACE_MS) rmSync(path, { recursive: true, force: true });
  }
}
