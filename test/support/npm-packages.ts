import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CACHE = fileURLToPath(new URL('../interop/clients/.cache/npm', import.meta.url));

/** One that can keep compiled code in a cache: Node.js 22.8 and newer. */
const NEWER_NODE = `node-${process.platform}-${process.arch}@22.23.3`;

/** The path of a newer Node.js, which npm has as a package. */
export function newerNode(): string {
  const [name = ''] = NEWER_NODE.split('@');
  return join(installedPackages(NEWER_NODE), name, 'bin', 'node');
}

/**
 * Installs packages for a test of test/interop, without those that are optional, once.
 *
 * @param packages - with exact versions
 * @returns the folder `node_modules` that has them
 */
export function installedPackages(...packages: readonly string[]): string {
  const folder = join(CACHE, packages.join('+').replaceAll('/', '-'));
  const done = join(folder, 'node_modules', '.package-lock.json'); // npm writes it last
  if (!existsSync(done)) {
    const options = ['--no-save', '--no-package-lock', '--omit=optional', '--prefix', folder];
    execFileSync('npm', ['install', ...options, ...packages], { stdio: 'inherit' });
  }
  return join(folder, 'node_modules');
}
