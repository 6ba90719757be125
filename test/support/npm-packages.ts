import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import manifest from '../../package.json' with { type: 'json' };

const CACHE = fileURLToPath(new URL('../interop/clients/.cache/npm', import.meta.url));

/** The newest release of each line of Node.js that is maintained, oldest first. */
export const NEWER_NODES: readonly string[] = manifest.config['tested-on-node'];

/**
 * The folder that has a Node.js of another version, which npm has as a package, as `node`.
 *
 * @param version - exact, such as `22.23.3`
 */
export function nodeFolder(version: string): string {
  const name = `node-${process.platform}-${process.arch}`;
  return join(installedPackages(`${name}@${version}`), name, 'bin');
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
