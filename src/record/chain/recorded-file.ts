import { createHash } from 'node:crypto';
import { isAbsolute, relative, resolve } from 'node:path';
import { kmsxError } from '../../base/error.ts';
import { readError } from '../../base/files/errors/read-error.ts';
import { openPatiently } from '../../base/files/read-up-to.ts';
import type { RecordedFile } from '../events.ts';

/**
 * A file as an event names it: relative to the folder of the record where it lies in it, else from the root.
 *
 * @param folder - of the record
 * @param path - of the file; a relative one is in the folder
 * @throws KmsxError `file-missing`, `file-unreadable`, also for what is no regular file
 */
export async function recordedFile(folder: string, path: string): Promise<RecordedFile> {
  const root = resolve(folder);
  // A record holds text in this form alone, so this is the name by which the file has to be found again.
  const absolute = resolve(root, path).normalize('NFC');
  const inside = relative(root.normalize('NFC'), absolute);
  const isInside = inside !== '' && !isAbsolute(inside) && inside.split('/')[0] !== '..';
  const Name = isInside ? inside : absolute;
  try {
    return { Name, ...(await digestOf(isInside ? resolve(root, inside) : absolute)) };
  } catch (error) {
    throw readError(Name, error);
  }
}

/**
 * The SHA-256 and the size of a regular file.
 *
 * @throws KmsxError `file-unreadable` for anything else; the system's error
 */
export async function digestOf(path: string): Promise<Omit<RecordedFile, 'Name'>> {
  const handle = await openPatiently(path);
  try {
    if (!(await handle.stat()).isFile()) {
      throw kmsxError('file-unreadable', `${path} is no regular file`, {
        hints: ['a record names files alone: move it away, and put the file there'],
      });
    }
    const hash = createHash('sha256');
    let size = 0;
    for await (const chunk of handle.createReadStream({ autoClose: false })) {
      const bytes = chunk as Buffer;
      hash.update(bytes);
      size += bytes.length;
    }
    return { SHA256: hash.digest('hex'), Size: size };
  } finally {
    await handle.close();
  }
}
