import type { Stats } from 'node:fs';
import { constants, lstatSync, readlinkSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { kmsxError, systemErrorCode } from '../error.ts';
import { shellWord } from '../shell-word.ts';
import type { FileSteps } from './file-steps.ts';
import { FILE_STEPS, isThere } from './file-steps.ts';
import { placeFile } from './place-file.ts';
import type { Leftover, TemporaryFileContext } from './temporary-name.ts';
import { asideNames, removeLeftovers, temporaryName } from './temporary-name.ts';
import { existsError, writeError } from './write-error.ts';

/** What writing a file needs from its surroundings; the command line's `Io` has all of it. */
export interface FileContext extends TemporaryFileContext {
  readonly signal: AbortSignal;
  /** For tests; by default the system's own. */
  readonly fileSteps?: FileSteps;
}

export interface DurableFileOptions {
  /** 0o600, or 0o644 for what is public. */
  readonly mode: 0o600 | 0o644;
  /**
   * What happens to an existing file: `refuse` it; `move-aside`, to `FILE.old-TIMESTAMP`; or `replace` it atomically,
   * for a file that only kmsx writes, such as the state of the embedded KMS.
   */
  readonly existing: 'refuse' | 'move-aside' | 'replace';
  /** The file's name in errors: the path as the user gave it. */
  readonly label: string;
  /** Bytes to reserve on the disk at once, so that a full disk is found before anything happens. */
  readonly reserveBytes?: number;
}

export interface CommitReport {
  /** The new paths of files that had this name. */
  readonly movedAside: readonly string[];
  /** The file system gave the file a wider mode than was asked for (a FAT stick). */
  readonly modeIgnored: boolean;
}

/** A file that is ready to be written: its temporary file is beside it. End it with `commit` or `discard`. */
export interface PreparedFile {
  /** Temporary files of earlier runs that are left alone. */
  readonly leftovers: readonly Leftover[];
  /** Writes the whole file under its final name, on stable storage. */
  commit(bytes: Uint8Array): Promise<CommitReport>;
  /** Leaves nothing behind that can be removed, and never fails. Harmless after `commit`. */
  discard(): Promise<void>;
  /**
   * Removes the file that `commit` put in place, also if it failed half-way. Synchronous, so that it works while the
   * process is interrupted. A file that another process put there since stays, and so do files that were moved aside.
   */
  retract(): void;
}

/** How often a temporary file that another process removed is written again. */
const MAX_REWRITES = 3;

/**
 * Prepares a file that is written whole or not at all: temporary file `.NAME.kmsx-PID-RANDOM.tmp` beside it, fsync,
 * final name (`placeFile`), fsync of the folder. Temporary files that earlier runs left are removed first
 * (`removeLeftovers`). The temporary file is removed as soon as `context.signal` aborts, and written again if another
 * process removes it.
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
      // The next run that writes this name removes it; the error to report is an earlier one.
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
        // Another process removed the temporary file: write it again.
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
    // Fails now if the old file's new name would be too long.
    for (const aside of asides()) lstatSync(aside, { throwIfNoEntry: false });
  } catch (error) {
    await discard();
    throw error;
  }
  return {
    discard,
    commit: async (bytes) => {
      let report: CommitReport | undefined;
      try {
        report = await writeAndPlace(bytes);
        steps.sync(folder);
        return report;
      } catch (error) {
        throw report === undefined ? writeError(label, error) : notSynced(label, report, error);
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

/** The file has its name, and the folder that holds the name could not be synced. */
function notSynced(label: string, { movedAside }: CommitReport, cause: unknown): unknown {
  const code = systemErrorCode(cause);
  if (code === undefined) return cause;
  const old = movedAside.length === 0 ? '' : `; what was there is now ${movedAside.join(' and ')}`;
  return kmsxError(
    'file-unwritable',
    `${label} is written whole, but its folder cannot be synced (${code}): it may not survive a crash${old}`,
    { hints: [`copy ${shellWord(label)} to another disk, and compare the copy`], cause },
  );
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

/** Writes all bytes, cuts the file to their length, syncs and closes it. */
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

/** The path to write: the target of a symbolic link, because the link stays. */
async function resolveTarget(
  path: string,
  { label, existing }: DurableFileOptions,
): Promise<string> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) throw isFolder(label);
  if (stats !== undefined && existing === 'refuse') throw existsError(label);
  if (stats?.isSymbolicLink() !== true) return join(await realpath(dirname(path)), basename(path));
  const target = await realpath(path).catch((error: unknown) => {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    throw kmsxError(
      'file-unwritable',
      `${label} is a symbolic link to ${readlinkSync(path)}, which does not exist`,
      { hints: ['give another name, or remove the link'] },
    );
  });
  if (lstatSync(target).isDirectory()) throw isFolder(label);
  return target;
}

function isFolder(label: string): Error {
  return kmsxError('output-is-folder', `${label} is a folder`);
}
