import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, kmsxError } from '../base/error.ts';
import { readError } from '../base/files/errors/read-error.ts';
import { lockedName } from '../base/files/lock/lock-file.ts';
import { openPatiently, readUpTo } from '../base/files/read-up-to.ts';
import { classify } from './classify.ts';
import type { OpenedPlace } from './opened-place.ts';
import type { ListedBackup } from './place.ts';
import { MAX_DOCUMENT_BYTES } from './place.ts';

const EXTENSION = '.json';

/**
 * The backups among a folder's own files: no file that begins with a dot, and no folder in it. A file with another
 * extension is listed where it holds a backup, or cannot be read; a lock of a file beside it that was released is empty, and no
 * backup.
 *
 * @param path - absolute
 * @param label - as the user named it
 * @throws KmsxError `file-missing`, `file-unreadable`
 */
export async function openFolderPlace(
  path: string,
  label: string,
  signal: AbortSignal,
): Promise<OpenedPlace> {
  const folder = await realpath(path).catch((error: unknown) => {
    throw readError(label, error);
  });
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw readError(label, error);
  });
  const present = new Set(entries.map(({ name }) => name));
  const isLock = (file: string): boolean =>
    present.has(lockedName(file) ?? '') &&
    entries.some((entry) => entry.name === file && entry.isFile());
  let skipped = 0;
  const readNamed = (file: string): Promise<Buffer> =>
    readDocument(join(folder, file), `${label}/${file}`, signal);
  return {
    place: {
      label,
      list: async function* () {
        skipped = 0;
        const names = new Set<string>();
        for (const file of await filesAmong(entries, folder)) {
          const name = nameOf(file);
          const backup = { name, read: () => readNamed(file) };
          if (!file.endsWith(EXTENSION) && !(await mayBeBackup(file, backup.read, isLock))) {
            skipped += 1;
          } else if (names.has(name)) {
            yield { name, read: () => Promise.reject(sameName(label, name)) };
          } else {
            names.add(name);
            yield backup;
          }
        }
      },
    },
    id: folder,
    folder,
    isInKms: false,
    unrecognised: 'backup',
    skipped: () => skipped,
  };
}

/** What a file is called as a backup. */
export function nameOf(file: string): string {
  return file.endsWith(EXTENSION) && file !== EXTENSION ? file.slice(0, -EXTENSION.length) : file;
}

/** Files and links to files, in the order of their names; `a.json` comes before `a`, which has the same name. */
async function filesAmong(entries: readonly Dirent[], folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    if (
      entry.isFile() ||
      (entry.isSymbolicLink() && (await isFileOrLost(join(folder, entry.name))))
    )
      files.push(entry.name);
  }
  const key = (file: string): string => `${nameOf(file)}\0${file.endsWith(EXTENSION) ? 0 : 1}`;
  return files.sort((one, other) => (key(one) < key(other) ? -1 : 1));
}

/** A link that leads nowhere is listed: what it led to is lost. */
async function isFileOrLost(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return true;
  }
}

async function mayBeBackup(
  file: string,
  read: ListedBackup['read'],
  isLock: (file: string) => boolean,
): Promise<boolean> {
  let bytes: Buffer;
  try {
    bytes = await read();
  } catch (error) {
    // For all others, reading it again says why.
    return !(isLock(file) && hasCode(error, 'input-empty'));
  }
  const { kind } = await classify(bytes, file);
  return kind === 'backup' || kind === 'damaged';
}

function sameName(label: string, name: string): Error {
  return kmsxError(
    'document-inconsistent',
    `${label} has two backups of one name, ${name} and ${name}${EXTENSION}`,
  );
}

/**
 * Reads a document.
 *
 * @throws KmsxError `file-missing`, `file-unreadable`, `input-empty`, `input-too-large`
 */
async function readDocument(path: string, label: string, signal: AbortSignal): Promise<Buffer> {
  let handle: FileHandle | undefined;
  try {
    handle = await openPatiently(path);
    const bytes = await readUpTo(handle, MAX_DOCUMENT_BYTES, { signal });
    if (bytes.length > MAX_DOCUMENT_BYTES) {
      throw kmsxError('input-too-large', `${label} is larger than 1 MiB`, { details: { label } });
    }
    if (bytes.length > 0) return bytes;
    throw kmsxError('input-empty', `${label} is empty`);
  } catch (error) {
    throw readError(label, error);
  } finally {
    await handle?.close();
  }
}
