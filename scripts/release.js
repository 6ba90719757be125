/* Makes what a release consists of from a commit alone, in a clone of its own: the package, the program in one file, the
   bill of materials, and SHA256SUMS. Whoever repeats it gets the same bytes: docs/release.md.

     node scripts/release.js FOLDER [COMMIT] */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const [to, commit = 'HEAD'] = process.argv.slice(2);
if (to === undefined) throw new Error('usage: node scripts/release.js FOLDER [COMMIT]');
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = resolve(to);
mkdirSync(folder); // a folder that is there may hold another release
const clone = mkdtempSync(join(tmpdir(), 'kmsx-release-'));
try {
  run('git', ['clone', '--quiet', '--no-local', root, clone], root);
  run('git', ['checkout', '--quiet', '--detach', idOf(commit)], clone);
  run('npm', ['ci', '--no-audit', '--no-fund'], clone);
  run('npm', ['pack', '--silent', '--pack-destination', folder], clone);
  run('npm', ['run', '--silent', 'standalone'], clone);
  copyFileSync(join(clone, 'kmsx-standalone.cjs'), join(folder, 'kmsx-standalone.cjs'));
  copyFileSync(join(clone, 'dist', 'kmsx.cdx.json'), join(folder, 'kmsx.cdx.json'));
} finally {
  rmSync(clone, { recursive: true, force: true });
}
const sums = readdirSync(folder)
  .sort()
  .map((name) => `${sha256(join(folder, name))}  ${name}\n`)
  .join('');
writeFileSync(join(folder, 'SHA256SUMS'), sums);
process.stdout.write(sums);

function run(command, args, cwd) {
  execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}

function idOf(name) {
  return execFileSync('git', ['rev-parse', '--verify', `${name}^{commit}`], { cwd: root })
    .toString()
    .trim();
}

function sha256(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
