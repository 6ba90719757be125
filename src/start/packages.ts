import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

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
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) throw new Error(`the package ${name} is not installed`);
  }
}
