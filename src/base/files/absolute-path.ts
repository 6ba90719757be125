import { isAbsolute } from 'node:path';
import { kmsxError } from '../error.ts';

/**
 * A path from the root. Unlike `resolve` of Node.js it leaves `..` to the system, which follows symbolic links first:
 * `link/../file` is then the file that every other program means.
 *
 * @param folder - the working directory; undefined if it was removed
 * @throws KmsxError `file-missing` for a relative path without a working directory
 */
export function absolutePath(folder: string | undefined, path: string): string {
  if (isAbsolute(path)) return path;
  if (folder !== undefined) return `${folder}/${path}`;
  throw kmsxError('file-missing', `the working directory was removed: ${path} cannot be found`, {
    details: { path },
    hints: ['cd to a folder that exists, or give a path that begins with /'],
  });
}
