import type { FileHandle } from 'node:fs/promises';
import { isSystemCallError, kmsxError, systemErrorCode } from '../../../base/error.ts';
import { openPatiently } from '../../../base/files/read-up-to.ts';
import { malformedState } from '../document/state-reader.ts';

/**
 * Reads a file of a state's folder.
 *
 * @param maxBytes - more is no file of a state
 * @returns undefined if it is not there
 * @throws KmsxError `file-unreadable`, `state-malformed`
 */
export async function readStateFile(path: string, maxBytes: number): Promise<string | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await openPatiently(path);
    const stats = await handle.stat();
    if (!stats.isFile() && !stats.isDirectory()) throw notRegular(path);
    const { size } = stats;
    if (size > maxBytes) throw malformedState(path, '', 'is far too large for a state');
    const bytes = await handle.readFile();
    try {
      return bytes.toString('utf8');
    } finally {
      bytes.fill(0);
    }
  } catch (error) {
    const code = systemErrorCode(error);
    if (handle === undefined && code === 'ENOENT') return undefined;
    if (!isSystemCallError(error)) throw error;
    throw kmsxError('file-unreadable', `${path} cannot be read (${code ?? ''})`, {
      details: { isFolder: code === 'EISDIR' },
      cause: error,
    });
  } finally {
    await handle?.close();
  }
}

function notRegular(path: string): Error {
  return kmsxError('file-unreadable', `${path} is not a regular file`, {
    hints: ['give an empty folder, or move that file away'],
  });
}
