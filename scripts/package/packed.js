/* What npm packs is this folder, with its package.json: for that time it names no packages, since dist/ contains them.

     node scripts/package/packed.js begin     takes them out, and gives every packed file the same mode everywhere
     node scripts/package/packed.js end       puts package.json back

   The original waits beside it, and returns by a rename: whenever this is killed, "end" (or the next "begin") mends it. npm
   publish reads package.json again after "postpack", so there it is "postpublish" that ends. */
import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { putWhole } from '../put-whole.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifest = join(root, 'package.json');
const original = `${manifest}.before-packing`;
const ALWAYS_PACKED = ['package.json', 'README.md', 'LICENSE'];

const [step] = process.argv.slice(2);
const { npm_command: command, npm_lifecycle_event: event } = process.env;
if (step === 'begin') begin();
else if (step !== 'end') throw new Error('usage: node scripts/package/packed.js begin|end');
else if (event !== 'postpack' || !['publish', 'stage'].includes(command)) end();

function begin() {
  end();
  const text = readFileSync(manifest, 'utf8');
  const { files } = JSON.parse(text);
  putWhole(original, text, lstatSync(manifest).mode);
  putWhole(manifest, packed(text), 0o644);
  for (const name of [...ALWAYS_PACKED, ...files]) evenMode(join(root, name));
}

function end() {
  if (!existsSync(original)) return;
  const before = readFileSync(original, 'utf8');
  const now = readFileSync(manifest, 'utf8');
  if (now === before) rmSync(original);
  else if (now === packed(before)) renameSync(original, manifest);
  else {
    throw new Error(
      'package.json was changed while it was packed: compare it with package.json.before-packing, and remove that',
    );
  }
}

function packed(text) {
  const { dependencies, devDependencies, ...rest } = JSON.parse(text);
  delete rest.scripts.prepare; // npm pack would run it now, and build once more
  return `${JSON.stringify(rest, null, 2)}\n`;
}

/** Whatever the umask was when the file came. */
function evenMode(path) {
  const stats = lstatSync(path);
  if (stats.isDirectory()) for (const name of readdirSync(path)) evenMode(join(path, name));
  else if (stats.isFile()) chmodSync(path, (stats.mode & 0o100) === 0 ? 0o644 : 0o755);
}
