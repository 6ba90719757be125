/* Makes what a release consists of from a commit alone, in a clone of its own: the package, the program in one file, the
   bill of materials, and SHA256SUMS. Whoever repeats it gets the same bytes: docs/release.md.

     node scripts/release.js FOLDER [COMMIT] */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const [to, commit = 'HEAD', ...rest] = process.argv.slice(2);
if (to === undefined || to.startsWith('-') || commit.startsWith('-') || rest.length > 0) {
  stop('usage: node scripts/release.js FOLDER [COMMIT]');
}
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = resolve(to);
if (existsSync(folder)) stop(`${to} is there already: name a new folder`);
const id = git('rev-parse', '--verify', '--quiet', `${commit}^{commit}`);
if (id === undefined) stop(`${commit} is no commit of the git repository ${root}`);
if (git('status', '--porcelain') !== '')
  console.error('release: changes that are not committed are left out');
// npm and Node.js take programs and packages from node_modules of every folder above, whoever put them there.
const open = parentsOf(folder).find((parent) => (statSync(parent).mode & 0o022) !== 0);
if (open !== undefined) stop(`others can write ${open}: name a folder that is in none such`);
const clone = mkdtempSync(join(dirname(folder), '.kmsx-release-'));
const made = join(clone, 'release');
let failure;
try {
  console.error(`release: of commit ${id}; npm fetches the packages of its lock file`);
  run('git', ['clone', '--quiet', '--no-local', root, join(clone, 'source')], root);
  const source = join(clone, 'source');
  run('git', ['checkout', '--quiet', '--detach', id], source);
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], source);
  mkdirSync(made);
  run('npm', ['pack', '--silent', '--pack-destination', made], source);
  run('npm', ['run', '--silent', 'standalone'], source);
  copyFileSync(join(source, 'kmsx-standalone.cjs'), join(made, 'kmsx-standalone.cjs'));
  copyFileSync(join(source, 'dist', 'kmsx.cdx.json'), join(made, 'kmsx.cdx.json'));
  cpSync(made, folder, { recursive: true, errorOnExist: true, force: false });
} catch (error) {
  failure = error.message.split('\n')[0];
} finally {
  rmSync(clone, { recursive: true, force: true });
}
if (failure !== undefined) stop(`it failed: ${failure}`);
const sums = readdirSync(folder)
  .sort()
  .map((name) => `${sha256(join(folder, name))}  ${name}\n`)
  .join('');
writeFileSync(join(folder, 'SHA256SUMS'), sums);
process.stdout.write(sums);

function parentsOf(path) {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...parentsOf(parent)];
}

function stop(message) {
  console.error(`release: ${message}`);
  process.exit(1);
}

function run(command, args, cwd) {
  execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** What git says; undefined where it fails. */
function git(...args) {
  try {
    return execFileSync('git', args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .trim();
  } catch {
    return undefined;
  }
}

function sha256(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
