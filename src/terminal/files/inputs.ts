import type { Stats } from 'node:fs';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { access, stat } from 'node:fs/promises';
import { absolutePath } from '../../base/files/absolute-path.ts';
import { placeholderHint } from '../../base/text/placeholders.ts';
import { KmsxError, kmsxError, systemErrorCode } from '../../base/error.ts';
import { isTerminal } from '../../base/files/descriptor.ts';
import { fewDescriptors } from '../../base/files/errors/few-descriptors.ts';
import { openPatiently, readUpTo } from '../../base/files/read-up-to.ts';
import type { Io } from '../io.ts';
import type { Reporter } from '../reporter.ts';

const MIB = 1024 * 1024;

/** No key file or document comes near this; a larger input is a mistake. */
const MAX_INPUT_BYTES = MIB;

/** An input: its bytes, its name in messages, and which file it is. */
export interface Input {
  readonly bytes: Buffer;
  readonly label: string;
  /** `device:inode` of a regular file, so that no output is the same file. */
  readonly fileId: string | undefined;
}

/** An option and its path, before anything is read. */
export interface InputRequest {
  readonly option: string;
  readonly path: string;
}

/**
 * Refuses two inputs that would both read standard input.
 *
 * @throws KmsxError `input-twice-stdin`
 */
export function assertOneStdin(requests: readonly InputRequest[]): void {
  const [first, second] = requests.filter(({ path }) => isStdin(path));
  if (first === undefined || second === undefined) return;
  throw kmsxError(
    'input-twice-stdin',
    `${first.option} and ${second.option} cannot both read standard input`,
  );
}

/**
 * Reads a file, a pipe, or standard input for `-`.
 *
 * @param what - what is expected, such as "an export document"
 * @param most - so many bytes; 1 MiB if it is not given
 * @throws KmsxError `file-missing`, `file-unreadable`, `input-is-folder`, `input-empty`, `input-too-large`, `input-needed`
 */
export async function readInput(
  path: string,
  what: string,
  io: Io,
  reporter: Reporter,
  most = MAX_INPUT_BYTES,
): Promise<Input> {
  const input = isStdin(path)
    ? await readStdin(what, most, io, reporter)
    : await readFile(absolutePath(io.cwd, path), path, what, most, io);
  if (input.bytes.length > most) {
    throw kmsxError(
      'input-too-large',
      `${input.label} is larger than ${most / MIB} MiB, too large for ${what}`,
      { details: { label: input.label } },
    );
  }
  if (input.bytes.length === 0) {
    throw kmsxError('input-empty', `${input.label} is empty; ${what} is needed`, {
      details: { isStdin: isStdin(path) },
    });
  }
  return input;
}

/**
 * Checks a file that is read later or by other code: it must be readable, and no output may be the same file.
 *
 * @throws KmsxError `file-missing`, `file-unreadable`, `input-is-folder`
 */
export async function inputFileId(path: string, io: Io): Promise<Pick<Input, 'fileId'>> {
  if (isStdin(path)) return { fileId: io.stdin.fileId };
  const stats = await statReadable(absolutePath(io.cwd, path)).catch((error: unknown) => {
    throw readError(path, error);
  });
  if (stats.isDirectory()) throw folderError(path);
  return { fileId: stats.isFile() ? `${stats.dev}:${stats.ino}` : undefined };
}

async function statReadable(path: string): Promise<Stats> {
  await access(path, constants.R_OK);
  return await stat(path);
}

function isStdin(path: string): boolean {
  return ['-', '/dev/stdin', '/dev/fd/0', '/proc/self/fd/0'].includes(path);
}

function inputNeeded(label: string, what: string): Error {
  return kmsxError('input-needed', `${label} is a terminal; ${what} is needed`, {
    details: { instead: 'a file in place of -, as in --in FILE, or a pipe' },
  });
}

async function readStdin(what: string, most: number, io: Io, reporter: Reporter): Promise<Input> {
  if (io.stdin.isTerminal && !io.mayAsk) {
    throw inputNeeded('standard input', what);
  }
  if (io.stdin.isTerminal) {
    await reporter.note(`waiting for ${what} on standard input; end it with Ctrl-D`);
  }
  const bytes = await io.stdin.read(most).catch((error: unknown) => {
    throw kmsxError('stream-failed', 'standard input cannot be read', { cause: error });
  });
  return { bytes, label: 'standard input', fileId: io.stdin.fileId };
}

async function readFile(
  path: string,
  label: string,
  what: string,
  most: number,
  { mayAsk, signal }: Io,
): Promise<Input> {
  let handle: FileHandle | undefined;
  try {
    handle = await openPatiently(path);
    if (!mayAsk && isTerminal(handle.fd)) throw inputNeeded(label, what);
    const stats = await handle.stat();
    const waitForWriter = stats.isFIFO() && !/^\/(dev|proc\/self)\/fd\//.test(label);
    const bytes = await readUpTo(handle, most, { waitForWriter, signal, stats });
    const fileId = stats.isFile() ? `${stats.dev}:${stats.ino}` : undefined;
    return { bytes, label, fileId };
  } catch (error) {
    throw error instanceof KmsxError ? error : readError(label, error);
  } finally {
    await handle?.close();
  }
}

function folderError(label: string): Error {
  return kmsxError('input-is-folder', `${label} is a folder`);
}

function readError(label: string, error: unknown): unknown {
  const few = fewDescriptors(systemErrorCode(error), error);
  if (few !== undefined) return few;
  const hint = placeholderHint(label);
  switch (systemErrorCode(error)) {
    case 'ENOENT':
      return kmsxError('file-missing', `${label} does not exist`, {
        cause: error,
        ...(hint !== undefined && { hints: [hint] }),
      });
    case 'EISDIR':
      return folderError(label);
    case undefined:
      return error;
    default:
      return kmsxError(
        'file-unreadable',
        `${label} cannot be read (${systemErrorCode(error) ?? ''})`,
        { cause: error },
      );
  }
}
