import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One that can keep compiled code in a cache: Node.js 22.8 and newer. */
const VERSION = '22.23.3';
const CACHE = fileURLToPath(new URL('../interop/clients/.cache/node', import.meta.url));

/** The path of a newer Node.js, which npm has as a package; it is installed once. */
export function newerNode(): string {
  const name = `node-${process.platform}-${process.arch}`;
  const node = join(CACHE, VERSION, 'node_modules', name, 'bin', 'node');
  if (!existsSync(node)) {
    const folder = join(CACHE, VERSION);
    const install = ['install', '--no-save', '--no-package-lock', '--prefix', folder];
    execFileSync('npm', [...install, `${name}@${VERSION}`], { stdio: 'inherit' });
  }
  return node;
}
