import { lstatSync, readlinkSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { KmsxError, kmsxError, systemErrorCode } from '../error.ts';
import { shellWord } from '../text/shell-word.ts';
import type { EarlierFiles } from './temporary/earlier-files.ts';
import { Preparation } from './temporary/earlier-files.ts';
import type { FileSteps } from './file-steps.ts';
import { FILE_STEPS, isThere, renameOnto } from './file-steps.ts';
import { placeFile } from './place-file.ts';
import { assertReplaceable } from './replaceable.ts';
import {
  createTemporary,
  idAt,
  idOf,
  removeTemporary,
  reserve,
  takesForSame,
  writeWhole,
} from './temporary/temporary-file.ts';
import type { TemporaryFileContext } from './temporary/temporary-name.ts';
import { asideNames } from './temporary/temporary-name.ts';
import { existsError, writeError } from './errors/write-error.ts';

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
  /** The permission bits that the file has. */
  readonly mode: number;
  /** The file system gave the file a wider mode than was asked for (a FAT stick). */
  readonly modeIgnored: boolean;
  /** The path of a second name of the file, which could not be removed. */
  readonly secondName: string | undefined;
}

/** A file that is ready to be written: its temporary file is beside it. End it with `commit` or `discard`. */
export interface PreparedFile {
  /** What earlier runs left beside it, and this one leaves alone. */
  readonly earlier: EarlierFiles;
  /**
   * Whether this path, too, names the file that will be: where the file system does not distinguish letter case, or
   * forms of Unicode. To be asked before `commit`.
   */
  isNamedBy(path: string): boolean;
  /** Writes the whole file under its final name, on stable storage. */
  commit(bytes: Uint8Array): Promise<CommitReport>;
  /**
   * Removes the temporary file, and never fails. Harmless after `commit`.
   *
   * @returns the path of a temporary file that could not be removed; only once
   */
  discard(): Promise<string | undefined>;
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
 * (`Preparation`). The temporary file is removed as soon as `context.signal` aborts, and written again if another
 * process removes it.
 *
 * @param preparation - the same for files that are prepared together
 * @throws KmsxError `output-exists`, `output-is-folder`, `file-unwritable`, `disk-full`
 */
export async function prepareDurableFile(
  path: string,
  options: DurableFileOptions,
  context: FileContext,
  preparation = new Preparation(context),
): Promise<PreparedFile> {
  const { fileSteps: steps = FILE_STEPS } = context;
  try {
    const target = await resolveTarget(path, options);
    const earlier = await preparation.removeLeftovers(target, steps);
    if (options.existing === 'move-aside' && isThere(target)) {
      const probe = preparation.newTemporaryName(target);
      await assertReplaceable(target, options.label, probe, steps);
    }
    return { earlier, ...(await prepareIn(target, options, context, preparation)) };
  } catch (error) {
    throw writeError(options.label, error);
  }
}

async function prepareIn(
  target: string,
  options: DurableFileOptions,
  context: FileContext,
  preparation: Preparation,
): Promise<Omit<PreparedFile, 'earlier'>> {
  const { label, mode, existing, reserveBytes = 0 } = options;
  const { signal, fileSteps: steps = FILE_STEPS } = context;
  let temporary = await createTemporary(preparation.temporaryName(target), mode, steps);
  let fileId: string | undefined;
  let isEnded = false;

  const remove = (): void => void removeTemporary(temporary.path, steps);
  const discard = async (): Promise<string | undefined> => {
    if (isEnded) return undefined;
    isEnded = true;
    signal.removeEventListener('abort', remove);
    await steps.close(temporary.handle).catch(() => undefined);
    return removeTemporary(temporary.path, steps) ? undefined : temporary.path;
  };
  const asides = (): string[] =>
    existing === 'move-aside' ? asideNames(target, temporary.path, context.now()) : [];
  const place = (): string[] => {
    if (existing !== 'replace') return placeFile(temporary.path, target, label, asides(), steps);
    renameOnto(temporary.path, target, steps);
    return [];
  };
  const writeAndPlace = async (bytes: Uint8Array): Promise<Omit<CommitReport, 'secondName'>> => {
    for (let rewrites = 0; ; rewrites += 1) {
      const stats = await writeWhole(temporary.handle, bytes, steps);
      fileId = idOf(stats);
      try {
        const given = stats.mode & 0o777;
        return { movedAside: place(), mode: given, modeIgnored: (given & ~mode) !== 0 };
      } catch (error) {
        // Another process removed the temporary file: write it again.
        const isLost = systemErrorCode(error) === 'ENOENT' && !isThere(temporary.path);
        if (!isLost || signal.aborted || rewrites === MAX_REWRITES) throw error;
        temporary = await createTemporary(preparation.newTemporaryName(target), mode, steps);
      }
    }
  };

  signal.addEventListener('abort', remove, { once: true });
  try {
    await reserve(temporary.handle, reserveBytes, steps);
    // Fails now if the old file's new name would be too long.
    for (const aside of asides()) lstatSync(aside, { throwIfNoEntry: false });
  } catch (error) {
    throw withLeftover(writeError(label, error), await discard());
  }
  return {
    discard,
    isNamedBy: (other) => takesForSame(temporary.path, target, other),
    commit: async (bytes) => {
      let placed: Omit<CommitReport, 'secondName'> | undefined;
      try {
        placed = await writeAndPlace(bytes);
        steps.sync(dirname(target));
      } catch (error) {
        const told =
          placed === undefined
            ? writeError(label, error)
            : notSynced(label, placed.movedAside, error);
        throw withLeftover(told, await discard());
      }
      return { ...placed, secondName: await discard() };
    },
    retract: () => {
      try {
        if (fileId === undefined || idAt(target) !== fileId) return;
        steps.unlink(target);
        steps.sync(dirname(target));
      } catch (error) {
        throw writeError(label, error);
      }
    },
  };
}

/** The same error, which also names a temporary file that could not be removed. */
function withLeftover(error: unknown, leftover: string | undefined): unknown {
  if (leftover === undefined || !(error instanceof KmsxError)) return error;
  return error.with({
    message: `${error.message}; its temporary file ${leftover} could not be removed: remove it`,
    hints: error.hints,
  });
}

/** The file has its name, and the folder that holds the name could not be synced. */
function notSynced(label: string, movedAside: readonly string[], cause: unknown): unknown {
  const code = systemErrorCode(cause);
  if (code === undefined) return cause;
  const old = movedAside.length === 0 ? '' : `; what was there is now ${movedAside.join(' and ')}`;
  return kmsxError(
    'file-unwritable',
    `${label} is written whole, but its folder cannot be synced (${code}): it may not survive a crash${old}`,
    {
      details: { isWhole: true },
      hints: [`copy ${shellWord(label)} to another disk, and compare the copy`],
      cause,
    },
  );
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
