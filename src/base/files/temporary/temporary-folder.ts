import { existsSync, lstatSync, rmSync } from 'node:fs';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { kmsxError, systemErrorCode } from '../../error.ts';
import { isChangeableByOthers } from '../changeable.ts';
import type { TemporaryFileContext } from './temporary-name.ts';
import { pidSpace } from './temporary-name.ts';
import { writeError } from '../errors/write-error.ts';

type ProcessFacts = Pick<TemporaryFileContext, 'pid' | 'isProcessAlive'> & {
  /** The effective user; where it is not known, ownership is not checked. */
  readonly userId?: number | undefined;
};

/**
 * Makes a folder that only this user can enter, uses it, and removes it with all that is in it, also when the process is
 * interrupted.
 *
 * @param name - what the folder's name begins with, such as `kmsx-rehearsal-`
 * @throws KmsxError if no folder can be made
 */
export async function withTemporaryFolder<T>(
  name: string,
  context: ProcessFacts & { readonly signal: AbortSignal },
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const { signal } = context;
  const folder = await makeTemporaryFolder(name, context);
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  signal.addEventListener('abort', remove, { once: true });
  try {
    return await use(folder);
  } finally {
    signal.removeEventListener('abort', remove);
    remove();
  }
}

/**
 * Makes a folder that only this user can enter, `NAMEPID-SPACE-RANDOM`, and removes those of the same name that processes
 * of this user left which were killed.
 *
 * @returns its absolute path: children may have another working directory
 * @throws KmsxError if no folder can be made, or another user could put one in its place
 */
export async function makeTemporaryFolder(name: string, context: ProcessFacts): Promise<string> {
  const place = resolve(tmpdir());
  if (existsSync(place) && (await isChangeableByOthers(place, context.userId))) {
    throw kmsxError('file-unwritable', `another user could change what is in ${place}`, {
      hints: ['set TMPDIR to a folder that only you can write, or to /tmp'],
    });
  }
  const prefix = join(place, `${name}${context.pid}-${pidSpace()}-`);
  const folder = await mkdtemp(prefix).catch((error: unknown) => {
    throw writeError(prefix, error);
  });
  const entries = await readdir(place).catch(unlessOfSystem);
  for (const entry of entries ?? []) {
    if (entry !== basename(folder) && isAbandoned(entry, name, context)) {
      removeOwn(join(place, entry), lstatSync(folder).uid);
    }
  }
  return folder;
}

function isAbandoned(entry: string, name: string, { isProcessAlive }: ProcessFacts): boolean {
  if (!entry.startsWith(name)) return false;
  const parts = /^(\d+)-([0-9a-f]{8})-\w{6}$/.exec(entry.slice(name.length));
  return parts?.[2] === pidSpace() && !isProcessAlive(Number(parts[1]));
}

function removeOwn(path: string, userId: number): void {
  try {
    const stats = lstatSync(path);
    if (stats.isDirectory() && stats.uid === userId) rmSync(path, { recursive: true });
  } catch (error) {
    unlessOfSystem(error);
  }
}

/** What cannot be read or removed is left: it does no harm. */
function unlessOfSystem(error: unknown): void {
  if (systemErrorCode(error) === undefined) throw error;
}
