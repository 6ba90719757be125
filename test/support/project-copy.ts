import { chmodSync, cpSync, existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** What is no part of a clone, or of no use to a build. */
const NOT_COPIED = new Set([
  '.git',
  'node_modules',
  'dist',
  'cache',
  'kmsx-standalone.cjs',
  'coverage',
  'test',
  'bench',
]);

interface BillOfMaterials {
  readonly components: readonly { readonly group?: string; readonly name: string }[];
}

/**
 * Copies the project.
 *
 * @param umask - which bits the modes of the copies lose, as in a clone
 */
export function copyProject(to: string, umask = 0o022): void {
  for (const name of readdirSync(root)) {
    if (!NOT_COPIED.has(name)) cpSync(join(root, name), join(to, name), { recursive: true });
  }
  takeModes(to, umask);
}

/** Copies the packages that a build of the project needs, since links to them would change the paths in it. */
export function copyPackages(to: string): void {
  const text = readFileSync(join(root, 'dist', 'kmsx.cdx.json'), 'utf8');
  const { components } = JSON.parse(text) as BillOfMaterials;
  const names = components.map(({ group, name }) => join(group ?? '', name));
  for (const name of new Set(['esbuild', '@esbuild', 'typescript', ...names])) {
    const folder = join('node_modules', name);
    if (existsSync(join(root, folder))) {
      cpSync(join(root, folder), join(to, folder), { recursive: true });
    }
  }
}

function takeModes(path: string, umask: number): void {
  const stats = lstatSync(path);
  if (stats.isSymbolicLink()) return;
  chmodSync(path, ((stats.mode & 0o100) === 0 ? 0o666 : 0o777) & ~umask);
  if (stats.isDirectory()) for (const name of readdirSync(path)) takeModes(join(path, name), umask);
}
