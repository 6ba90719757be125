import { existsSync, statSync } from 'node:fs';
import Module from 'node:module';
import { dirname, join } from 'node:path';
import { isOfOwner } from './ownership.ts';

/** Whether this file is the whole program. Put in by the build. */
declare const KMSX_PACK: string;

/**
 * Where a package that is not part of the program was installed with it: a `node_modules` beside this file's
 * folder or above. `NODE_PATH` and folders of Node.js's own are not looked at.
 *
 * @throws Error where it is not there, or where this file is the whole program: what lies around that is not its own
 */
export function packagePath(name: string): string {
  if (KMSX_PACK === '') throw new Error(`this file is kmsx alone, without ${name}`);
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name);
    if (existsSync(path)) return trusted(path, name);
    if (folder === dirname(folder)) throw new Error(`the package ${name} is not installed`);
  }
}

/** It runs as whoever calls kmsx: it must be the owner's of this file or root's, and not for everybody to write. */
function trusted(path: string, name: string): string {
  const stats = statSync(path);
  if (isOfOwner(stats) && (stats.mode & 0o002) === 0) return path;
  throw new Error(
    `the package ${name} in ${path} belongs to another user, or everybody can write it`,
  );
}

/** Leaves out the folders of packages in the home folder, where those of an incomplete package would be looked for. */
export function forgetHomePackages(env: NodeJS.ProcessEnv): void {
  const { HOME, NODE_PATH } = env;
  delete env['HOME'];
  delete env['NODE_PATH'];
  (Module as unknown as { _initPaths(): void })._initPaths();
  if (HOME !== undefined) env['HOME'] = HOME;
  if (NODE_PATH !== undefined) env['NODE_PATH'] = NODE_PATH;
}
