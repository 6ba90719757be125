import { constants, lstatSync, renameSync, unlinkSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { lstat, open, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { kmsxError, systemErrorCode } from '../error.ts';
import { isThere, moveToFreeName, syncFolder, unlinkIfThere, writeWhole } from './file-steps.ts';
import type { OldFileRule } from './put-in-place.ts';
import { OldFileStays, putInPlaceOf, withRemark } from './put-in-place.ts';
import { shellWord } from '../shell-word.ts';
import type { TemporaryFileContext } from './temporary-name.ts';
import { removeLeftovers, temporaryName } from './temporary-name.ts';
import { existsError, writeError } from './write-error.ts';

/** What writing a file needs of the world around it; the command line's `Io` has all of it. */
export interface FileContext extends TemporaryFileContext {
  readonly signal: AbortSignal;
}

export interface DurableFileOptions {
  /** 0o600, or 0o644 for what is public. */
  readonly mode: 0o600 | 0o644;
  /**
   * What happens to a file of that name: `refuse` it; `replace` it unseen, at one stroke, as befits a file that nobody
   * else writes; or what the rule says of whatever is there in the end.
   */
  readonly existing: 'refuse' | 'replace' | OldFileRule;
  /**
   * Where the rule lets nothing be replaced: keep the new file beside the old one, as `FILE.new-TIMESTAMP-RANDOM`, and
   * name it in the error.
   */
  readonly rescueNew?: boolean;
  /** What the file is called in errors: the path as the user gave it. */
  readonly label: string;
  /** Room to take on the disk at once, in bytes, so that a full disk is found before anything happens. */
  readonly reserveBytes?: number;
}

export interface CommitReport {
  /** Where the files are that were in place before, and that the rule keeps. */
  readonly keptAs: readonly string[];
  /** The file system gave the file a wider mode than was asked for (a FAT stick). */
  readonly modeIgnored: boolean;
}

/** A file that is ready to be written: its temporary file lies beside it. End it with one of the two. */
export interface PreparedFile {
  /** Writes the whole file under its final name, on stable storage. */
  commit(bytes: Uint8Array): Promise<CommitReport>;
  /** Leaves nothing behind that can be removed, and never fails. Harmless after `commit`. */
  discard(): Promise<void>;
  /**
   * Takes back what `commit` put in place, also where it failed half-way: at once, so that it can be done when
   * the process is interrupted. A file that somebody else put there meanwhile stays. Only with
   * `existing: 'refuse'`: else an old file may be gone.
   */
  retract(): void;
}

/** A temporary file that somebody removed is written again, but not for ever. */
const MAX_REWRITES = 3;

/**
 * Prepares a file that is written whole or not at all: a temporary file `.NAME.kmsx-PID-RANDOM.tmp` beside
 * it, fsync, then link and unlink, which never replace a file that came into being meanwhile (after a last look and by
 * rename where the file system has no links), fsync of the folder. What a rule lets go is moved aside first
 * (`putInPlaceOf`). Temporary files of this name that were left behind are removed first (`removeLeftovers`). When
 * `context.signal` aborts, the temporary file is removed at once. Where somebody else removes it, it is written again.
 *
 * @throws KmsxError `output-exists`, `output-is-folder`, `file-unwritable`, `disk-full`
 */
export async function prepareDurableFile(
  path: string,
  options: DurableFileOptions,
  context: FileContext,
): Promise<PreparedFile> {
  const target = await resolveTarget(path, options);
  try {
    await removeLeftovers(target, context);
    return await TemporaryFile.create(target, options, context);
  } catch (error) {
    throw writeError(options.label, error);
  }
}

class TemporaryFile implements PreparedFile {
  readonly #target: string;
  readonly #options: DurableFileOptions;
  readonly #context: FileContext;
  #temporary = '';
  #handle: FileHandle | undefined;
  #ended = false;
  #fileId: string | undefined;
  readonly #onAbort = (): void => {
    if (this.#temporary !== '') unlinkIfThere(this.#temporary);
  };

  private constructor(target: string, options: DurableFileOptions, context: FileContext) {
    this.#target = target;
    this.#options = options;
    this.#context = context;
  }

  static async create(
    target: string,
    options: DurableFileOptions,
    context: FileContext,
  ): Promise<TemporaryFile> {
    const file = new TemporaryFile(target, options, context);
    context.signal.addEventListener('abort', file.#onAbort, { once: true });
    try {
      const handle = await file.#open();
      await handle.writeFile(Buffer.alloc(options.reserveBytes ?? 0));
      await handle.sync();
      return file;
    } catch (error) {
      await file.discard();
      throw error;
    }
  }

  async commit(bytes: Uint8Array): Promise<CommitReport> {
    try {
      const { keptAs, modeIgnored } = await this.#writeAndPlace(bytes);
      syncFolder(dirname(this.#target));
      this.#end();
      return { keptAs, modeIgnored };
    } catch (error) {
      const rescued = this.#rescue(error);
      await this.discard();
      throw rescued ?? writeError(this.#options.label, causeOf(error));
    }
  }

  async #writeAndPlace(bytes: Uint8Array): Promise<CommitReport> {
    for (let rewrites = 0; ; rewrites += 1) {
      const modeIgnored = await this.#write(bytes);
      try {
        return { keptAs: this.#putInPlace(), modeIgnored };
      } catch (error) {
        // Somebody removed the temporary file: the bytes are here still.
        const isLost = systemErrorCode(error) === 'ENOENT' && !isThere(this.#temporary);
        if (!isLost || this.#context.signal.aborted || rewrites === MAX_REWRITES) throw error;
        await this.#open();
      }
    }
  }

  async discard(): Promise<void> {
    if (this.#ended) return;
    this.#end();
    if (this.#handle === undefined) return;
    try {
      await this.#handle.close();
      unlinkIfThere(this.#temporary);
    } catch {
      // The next run that writes this name removes it. What went wrong before is what must be told.
    }
  }

  retract(): void {
    if (this.#fileId === undefined || this.#options.existing !== 'refuse') return;
    try {
      const { dev, ino } = lstatSync(this.#target);
      if (`${dev}:${ino}` !== this.#fileId) return;
      unlinkSync(this.#target);
      syncFolder(dirname(this.#target));
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw writeError(this.#options.label, error);
    }
  }

  async #open(): Promise<FileHandle> {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const path = temporaryName(this.#target, this.#context);
    this.#handle = await open(path, flags, this.#options.mode);
    this.#temporary = path;
    return this.#handle;
  }

  /** Returns whether the file system gave the file a wider mode than was asked for. */
  async #write(bytes: Uint8Array): Promise<boolean> {
    const handle = this.#handle;
    if (handle === undefined) throw new TypeError('the temporary file is open');
    await writeWhole(handle, bytes);
    const { mode, dev, ino } = await handle.stat();
    this.#fileId = `${dev}:${ino}`;
    await handle.close();
    return (mode & 0o777 & ~this.#options.mode) !== 0;
  }

  #end(): void {
    this.#ended = true;
    this.#context.signal.removeEventListener('abort', this.#onAbort);
  }

  #putInPlace(): string[] {
    const { existing, label } = this.#options;
    switch (existing) {
      case 'replace':
        renameSync(this.#temporary, this.#target);
        return [];
      case 'refuse':
        moveToFreeName(this.#temporary, this.#target, label);
        return [];
      default:
        return putInPlaceOf(this.#temporary, this.#target, existing, label, this.#context);
    }
  }

  /** Gives the new file a name beside the old one that stays; returns the error that tells it. */
  #rescue(error: unknown): unknown {
    if (!(error instanceof OldFileStays) || this.#options.rescueNew !== true) return undefined;
    const timestamp = this.#context.now().toISOString().replaceAll(/[-:]/g, '');
    const random = this.#context.randomBytes(6).toString('hex');
    const rescued = `${this.#target}.new-${timestamp}-${random}`;
    try {
      renameSync(this.#temporary, rescued);
      syncFolder(dirname(rescued));
    } catch {
      return undefined; // the error to show is the one that made this necessary
    }
    return withRemark(
      writeError(this.#options.label, error.cause),
      `the new file is whole and is ${rescued}`,
      [`nothing is lost: give it a name that is free: mv -n ${shellWord(rescued)} NAME`],
    );
  }
}

function causeOf(error: unknown): unknown {
  return error instanceof OldFileStays ? error.cause : error;
}

/** Follows a symbolic link where the old file may be replaced: the link stays, its target is replaced. */
async function resolveTarget(
  path: string,
  { label, existing }: DurableFileOptions,
): Promise<string> {
  let isLink = false;
  try {
    const stats = await lstat(path);
    if (stats.isDirectory()) {
      throw kmsxError('output-is-folder', `${label} is a folder`, { path: label });
    }
    if (existing === 'refuse') throw existsError(label);
    isLink = stats.isSymbolicLink();
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw writeError(label, error);
  }
  try {
    if (isLink) return await realpath(path);
    return join(await realpath(dirname(path)), basename(path));
  } catch (error) {
    throw writeError(label, error);
  }
}
