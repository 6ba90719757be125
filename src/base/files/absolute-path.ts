import { isAbsolute } from 'node:path';

/**
 * A path from the root. Unlike `resolve` of Node.js it leaves `..` to the system, which follows symbolic links first:
 * `link/../file` is then the file that every other program means.
 */
export function absolutePath(folder: string, path: string): string {
  return isAbsolute(path) ? path : `${folder}/${path}`;
}
