import type { Stats } from 'node:fs';
import { constants, lstatSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { lstat, open, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { kmsxError, systemErrorCode } from '../error.ts';
import type { FileSteps } from './file-steps.ts';
import { FILE_STEPS, isThere } from './file-steps.ts';
import { placeFile } from './place-file.ts';
import type { Leftover, TemporaryFileContext } from './temporary-name.ts';
import { asideNames, removeLeftovers, temporaryName } from './temporary-name.ts';
import { existsError, writeError } from './write-error.ts';

/** What writing a file needs of the world around it; the command line's `Io` has all of it. */
export interface FileContext extends TemporaryFileContext {
  readonly signal: AbortSignal;
  /** For tests; the system's own by default. */
  readonly fileSteps?: FileSteps;
}

export interface DurableFileOptions {
  /** 0o600, or 0o644 for what is public. */
  readonly mode: 0o600 | 0o644;
  /**
   * What happens to a file of that name: `refuse` it; `move-aside`, to `FILE.old-TIMESTAMP`; or `replace` it at one
   * stroke, for what only kmsx itself writes, such as the state of the embedded KMS.
   */
  readonly existing: 'refuse' | 'move-aside' | 'replace';
  /** What the file is called in errors: the path as the user gave it. */
  readonly label: string;
  /** Room to take on the disk at once, in bytes, so that a full disk is found before anything happens. */
  readonly reserveBytes?: number;
}

export interface CommitReport {
  /** Where the files are now that had the name. */
  readonly movedAside: readonly string[];
  /** The file system gave the file a wider mode than was asked for (a FAT stick). */
  readonly modeIgnored: boolean;
}

/** A file that is ready to be written: its temporary file lies beside it. End it with `commit` or `discard`. */
export interface PreparedFile {
  /** Temporary files that earlier runs left and that stay. */
  readonly leftovers: readonly Leftover[];
  /** Writes the whole file under its final name, on stable storage. */
  commit(bytes: Uint8Array): Promise<CommitReport>;
  /** Leaves nothing behind that can be removed, and never fails. Harmless after `commit`. */
  discard(): Promise<void>;
  /**
   * Takes back what `commit` put in place, also where it failed half-way: at once, so that it can be done when
   * the process is interrupted. A file that somebody else put there meanwhile stays, and what was moved aside
   * stays there.
   */
  retract(): void;
}

/** A temporary file that somebody removed is written again, but not for ever. */
const MAX_REWRITES = 3;

/**
 * Prepares a file that is written whole or not at all: a temporary file `.NAME.kmsx-PID-RANDOM.tmp` beside it, fsync,
 * its final name (`placeFile`), fsync of the folder. Temporary files of this name that were left behind are removed
 * first (`removeLeftovers`). When `context.signal` aborts, the temporary file is removed at once. Where somebody else
 * removes it, it is written again.
 *
 * @throws KmsxError `output-exists`, `output-is-folder`, `file-unwritable`, `disk-full`
 */
export async function prepareDurableFile(
  path: string,
  options: DurableFileOptions,
  context: FileContext,
): Promise<PreparedFile> {
  try {
    const target = await resolveTarget(path, options);
    const leftovers = await removeLeftovers(target, context);
    return { leftovers, ...(await prepareIn(target, options, context)) };
  } catch (error) {
    throw writeError(options.label, error);
  }
}

async function prepareIn(
  target: string,
  options: DurableFileOptions,
  context: FileContext,
): Promise<Omit<PreparedFile, 'leftovers'>> {
  const { label, mode, existing, reserveBytes = 0 } = options;
  const { signal, fileSteps: steps = FILE_STEPS } = context;
  const folder = dirname(target);
  let temporary = await createTemporary(target, mode, context);
  let fileId: string | undefined;

  const remove = (): void => {
    try {
      if (isThere(temporary.path)) steps.unlink(temporary.path);
    } catch {
      // The next run that writes this name removes it. What went wrong before is what must be told.
    }
  };
  const discard = async (): Promise<void> => {
    signal.removeEventListener('abort', remove);
    await temporary.handle.close().catch(() => undefined);
    remove();
  };
  const asides = (): string[] =>
    existing === 'move-aside' ? asideNames(target, temporary.path, context.now()) : [];
  const place = (): string[] => {
    if (existing !== 'replace') return placeFile(temporary.path, target, label, asides(), steps);
    steps.rename(temporary.path, target);
    return [];
  };
  const writeAndPlace = async (bytes: Uint8Array): Promise<CommitReport> => {
    for (let rewrites = 0; ; rewrites += 1) {
      const stats = await writeWhole(temporary.handle, bytes);
      fileId = idOf(stats);
      try {
        return { movedAside: place(), modeIgnored: (stats.mode & 0o777 & ~mode) !== 0 };
      } catch (error) {
        // Somebody removed the temporary file: the bytes are here still.
        const isLost = systemErrorCode(error) === 'ENOENT' && !isThere(temporary.path);
        if (!isLost || signal.aborted || rewrites === MAX_REWRITES) throw error;
        temporary = await createTemporary(target, mode, context);
      }
    }
  };

  signal.addEventListener('abort', remove, { once: true });
  try {
    await temporary.handle.writeFile(Buffer.alloc(reserveBytes));
    await temporary.handle.sync();
    // A name that is too long is found now.
    for (const aside of asides()) lstatSync(aside, { throwIfNoEntry: false });
  } catch (error) {
    await discard();
    throw error;
  }
  return {
    discard,
    commit: async (bytes) => {
      try {
        const report = await writeAndPlace(bytes);
        steps.sync(folder);
        return report;
      } catch (error) {
        throw writeError(label, error);
      } finally {
        await discard();
      }
    },
    retract: () => {
      try {
        const stats = lstatSync(target, { throwIfNoEntry: false });
        if (stats === undefined || idOf(stats) !== fileId) return;
        steps.unlink(target);
        steps.sync(folder);
      } catch (error) {
        throw writeError(label, error);
      }
    },
  };
}

interface TemporaryFile {
  readonly path: string;
  readonly handle: FileHandle;
}

async function createTemporary(
  target: string,
  mode: number,
  context: FileContext,
): Promise<TemporaryFile> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const path = temporaryName(target, context);
  return { path, handle: await open(path, flags, mode) };
}

/** Makes the bytes all that the file has, on stable storage, and closes it. */
async function writeWhole(handle: FileHandle, bytes: Uint8Array): Promise<Stats> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, written);
    written += bytesWritten;
  }
  await handle.truncate(bytes.length);
  await handle.sync();
  const stats = await handle.stat();
  await handle.close();
  return stats;
}

function idOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

/** Follows a symbolic link where the old file may be moved: the link stays, and so does its target's name. */
async function resolveTarget(
  path: string,
  { label, existing }: DurableFileOptions,
): Promise<string> {
  const stats = await lstat(path).catch((error: unknown) => {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    return undefined;
  });
  if (stats?.isDirectory() === true) throw isFolder(label);
  if (stats !== undefined && existing === 'refuse') throw existsError(label);
  if (stats?.isSymbolicLink() !== true) return join(await realpath(dirname(path)), basename(path));
  const target = await realpath(path).catch(async (error: unknown) => {
    throw systemErrorCode(error) === 'ENOENT' ? danglingLink(label, await readlink(path)) : error;
  });
  if ((await stat(target)).isDirectory()) throw isFolder(label);
  return target;
}

function isFolder(label: string): Error {
  return kmsxError('output-is-folder', `${label} is a folder`, { path: label });
}

function danglingLink(label: string, target: string): Error {
  return kmsxError(
    'file-unwritable',
    `${label} is a symbolic link to ${target}, which does not exist`,
    { path: label, hint: 'give another name, or remove the link' },
  );
}
