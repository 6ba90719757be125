import { closeSync, constants, fsyncSync, lstatSync, openSync, unlinkSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { link, lstat, open, readdir, realpath, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { KmsxError, kmsxError, systemErrorCode } from './error.ts';
import { existsError, writeError } from './write-error.ts';

/** What writing a file needs of the world around it; the command line's `Io` has all of it. */
export interface FileContext {
  readonly pid: number;
  isProcessAlive(pid: number): boolean;
  randomBytes(length: number): Buffer;
  now(): Date;
  readonly signal: AbortSignal;
}

export interface DurableFileOptions {
  /** 0o600, or 0o644 for what is public. */
  readonly mode: 0o600 | 0o644;
  /**
   * What happens to a file of that name: `refuse` it; `replace` it; or replace it and `keep` the old one
   * beside it as `FILE.old-TIMESTAMP`.
   */
  readonly existing: 'refuse' | 'replace' | 'keep';
  /** What the file is called in errors: the path as the user gave it. */
  readonly label: string;
  /** Room to take on the disk at once, in bytes, so that a full disk is found before anything happens. */
  readonly reserveBytes?: number;
}

export interface CommitReport {
  /** Where the files that were in place before are now, with `existing: 'keep'`. */
  readonly keptAs: readonly string[];
  /** The file system gave the file a wider mode than was asked for (a FAT stick). */
  readonly modeIgnored: boolean;
}

/** A file that is ready to be written: its temporary file lies beside it. End it with one of the two. */
export interface PreparedFile {
  /** Writes the whole file under its final name, on stable storage. */
  commit(bytes: Uint8Array): Promise<CommitReport>;
  /** Leaves nothing behind. Harmless after `commit`. */
  discard(): Promise<void>;
  /**
   * Takes back what `commit` put in place, also where it failed half-way: at once, so that it can be done when
   * the process is interrupted. A file that somebody else put there meanwhile stays. Not with `existing: 'replace'`,
   * where the old file is gone.
   */
  retract(): void;
}

const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/**
 * Prepares a file that is written whole or not at all: a temporary file `.NAME.kmsx-PID-RANDOM.tmp` beside
 * it, fsync, then link and unlink, which never replace a file that came into being meanwhile (rename where
 * the old file may be replaced, and after a last look where the file system has no links), fsync of the
 * folder. A file that is to be kept is moved aside first. Temporary files of this name whose process is gone are removed first. When `context.signal`
 * aborts, the temporary file is removed at once.
 *
 * @throws KmsxError `output-exists`, `output-is-folder`, `file-unwritable`, `disk-full`
 */
export async function prepareDurableFile(
  path: string,
  options: DurableFileOptions,
  context: FileContext,
): Promise<PreparedFile> {
  const target = await resolveTarget(path, options);
  const folder = dirname(target);
  await removeStale(target, options.label, context);
  const random = context.randomBytes(6).toString('hex');
  const temporary = join(folder, `.${basename(target)}.kmsx-${context.pid}-${random}.tmp`);

  const onAbort = (): void => {
    unlinkIfThere(temporary);
  };
  context.signal.addEventListener('abort', onAbort, { once: true });
  let handle: FileHandle | undefined;
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    handle = await open(temporary, flags, options.mode);
    await handle.writeFile(Buffer.alloc(options.reserveBytes ?? 0));
    await handle.sync();
  } catch (error) {
    context.signal.removeEventListener('abort', onAbort);
    await handle?.close();
    if (handle !== undefined) unlinkIfThere(temporary);
    throw writeError(options.label, error);
  }
  return new TemporaryFile(target, temporary, handle, options, context, onAbort);
}

class TemporaryFile implements PreparedFile {
  readonly #target: string;
  readonly #temporary: string;
  readonly #handle: FileHandle;
  readonly #options: DurableFileOptions;
  readonly #context: FileContext;
  readonly #onAbort: () => void;
  #ended = false;
  #fileId: string | undefined;

  constructor(
    target: string,
    temporary: string,
    handle: FileHandle,
    options: DurableFileOptions,
    context: FileContext,
    onAbort: () => void,
  ) {
    this.#target = target;
    this.#temporary = temporary;
    this.#handle = handle;
    this.#options = options;
    this.#context = context;
    this.#onAbort = onAbort;
  }

  async commit(bytes: Uint8Array): Promise<CommitReport> {
    try {
      await writeWhole(this.#handle, bytes);
      const { mode, dev, ino } = await this.#handle.stat();
      this.#fileId = `${dev}:${ino}`;
      const modeIgnored = (mode & 0o777 & ~this.#options.mode) !== 0;
      await this.#handle.close();
      const keptAs = await this.#putInPlace();
      syncFolder(dirname(this.#target));
      this.#end();
      return { keptAs, modeIgnored };
    } catch (error) {
      await this.discard();
      throw writeError(this.#options.label, error);
    }
  }

  async discard(): Promise<void> {
    if (this.#ended) return;
    this.#end();
    await this.#handle.close();
    unlinkIfThere(this.#temporary);
  }

  retract(): void {
    if (this.#fileId === undefined || this.#options.existing === 'replace') return;
    try {
      const { dev, ino } = lstatSync(this.#target);
      if (`${dev}:${ino}` !== this.#fileId) return;
      unlinkSync(this.#target);
      syncFolder(dirname(this.#target));
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw writeError(this.#options.label, error);
    }
  }

  #end(): void {
    this.#ended = true;
    this.#context.signal.removeEventListener('abort', this.#onAbort);
  }

  /** Returns where the files that were in place before are now, with `existing: 'keep'`. */
  async #putInPlace(): Promise<string[]> {
    const { existing, label } = this.#options;
    const keptAs: string[] = [];
    if (existing === 'replace') {
      await rename(this.#temporary, this.#target);
      return keptAs;
    }
    for (;;) {
      const old = existing === 'keep' ? await this.#moveOldAside() : undefined;
      if (old !== undefined) keptAs.push(old);
      try {
        await linkOrRename(this.#temporary, this.#target, label);
        return keptAs;
      } catch (error) {
        // Another run put its own file in place meanwhile: that one is kept as well.
        if (existing === 'refuse' || !isAlreadyThere(error)) throw error;
      }
    }
  }

  /**
   * Gives the old file another name: first one that no other file can have, since a rename would replace it,
   * then `FILE.old-TIMESTAMP`, if that is free. The file is whole under some name at every moment.
   */
  async #moveOldAside(): Promise<string | undefined> {
    const timestamp = this.#context.now().toISOString().replaceAll(/[-:]/g, '');
    const aside = `${this.#target}.old-${timestamp}`;
    const unique = `${aside}-${this.#context.randomBytes(6).toString('hex')}`;
    try {
      await rename(this.#target, unique);
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
    try {
      await link(unique, aside);
    } catch {
      return unique; // taken, or a file system without links: the longer name is as good
    }
    await unlink(unique);
    return aside;
  }
}

function isAlreadyThere(error: unknown): boolean {
  if (error instanceof KmsxError) return error.code === 'output-exists';
  return systemErrorCode(error) === 'EEXIST';
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

async function removeStale(target: string, label: string, context: FileContext): Promise<void> {
  const folder = dirname(target);
  const prefix = `.${basename(target)}.kmsx-`;
  const entries = await readdir(folder).catch((error: unknown) => {
    throw writeError(label, error);
  });
  for (const entry of entries) {
    if (!entry.startsWith(prefix)) continue;
    const pid = /^(\d+)-[0-9a-f]+\.tmp$/.exec(entry.slice(prefix.length))?.[1];
    if (pid === undefined || context.isProcessAlive(Number(pid))) continue;
    unlinkIfThere(join(folder, entry));
  }
}

async function writeWhole(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, written);
    written += bytesWritten;
  }
  await handle.truncate(bytes.length);
  await handle.sync();
}

async function linkOrRename(from: string, to: string, label: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!NO_LINKS.has(systemErrorCode(error) ?? '')) throw error;
    if (await exists(to)) throw existsError(label);
    await rename(from, to);
    return;
  }
  await unlink(from);
}

/** Makes the folder's entries durable. File systems that cannot sync a folder say EINVAL. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } catch (error) {
    if (systemErrorCode(error) !== 'EINVAL') throw error;
  } finally {
    closeSync(descriptor);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  }
}
