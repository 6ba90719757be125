import type { Stats } from 'node:fs';
import { fstatSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { absolutePath } from '../../base/files/absolute-path.ts';
import { isOpenForWriting, isReadHere } from '../../base/files/descriptor.ts';
import { writeError } from '../../base/files/errors/write-error.ts';
import { kmsxError, systemErrorCode } from '../../base/error.ts';
import { SECRET_PREFIX, STORE_PREFIX } from '../../base/place-prefixes.ts';
import type { Io } from '../io.ts';

/** An output as the user asked for it. */
export interface OutputRequest {
  /** The option that named it, for messages. */
  readonly option: string;
  /** A path, or `-` for standard output. */
  readonly path: string;
  /** What goes there: it decides the mode, and whether a terminal may show it. */
  readonly holds: 'backup' | 'document' | 'secret' | 'component' | 'private key' | 'public key';
  /** How long it can get, where that may be more than 64 KiB: so much room is made sure of before anything happens. */
  readonly reserveBytes?: number;
}

/**
 * What a path refers to. Two paths to the same file or stream share an id; a device such as /dev/null has none, because
 * two outputs may go there.
 */
export type Place =
  | { kind: 'stdout'; label: string; ids: string[] }
  | { kind: 'descriptor'; label: string; ids: string[]; descriptor: number }
  | { kind: 'special'; label: string; ids: string[]; path: string; stats: Stats }
  | { kind: 'file'; label: string; ids: string[]; path: string };

/**
 * Finds what a path refers to.
 *
 * @param option - the option that named it, for messages
 * @throws KmsxError `bad-usage`, `output-is-secret`, `output-is-store`, `file-unwritable`
 */
export async function findPlace(
  { option, path: given }: Pick<OutputRequest, 'option' | 'path'>,
  io: Io,
): Promise<Place> {
  if (given === '') throw kmsxError('bad-usage', `${option} has an empty file name`);
  if (given.startsWith(SECRET_PREFIX)) {
    throw kmsxError('output-is-secret', `${option} ${given} would be a file, not a secret in KMS`, {
      details: { option, path: given },
    });
  }
  if (given.startsWith(STORE_PREFIX)) {
    throw kmsxError(
      'output-is-store',
      `${option} ${given} would be a file, not a backup in a store`,
      {
        details: { option, path: given },
      },
    );
  }
  const descriptor = descriptorOf(given);
  if (descriptor === 1) {
    const { fileId, isOpen } = io.stdout;
    if (!isOpen) throw notOpen('standard output', [`give ${option} FILE; > /dev/null discards it`]);
    const ids = fileId === undefined ? ['descriptor:1'] : ['descriptor:1', fileId];
    return { kind: 'stdout', label: 'standard output', ids };
  }
  if (descriptor !== undefined) {
    const stats = openDescriptor(descriptor, given);
    const ids = [`descriptor:${descriptor}`];
    if (stats.isFile() || stats.isFIFO()) ids.push(`${stats.dev}:${stats.ino}`);
    return { kind: 'descriptor', label: given, ids, descriptor };
  }
  if (given.endsWith('/')) throw kmsxError('output-is-folder', `${option} ${given} names a folder`);
  const path = absolutePath(io.cwd, given);
  const stats = await stat(path).catch((error: unknown) => {
    if (systemErrorCode(error) !== 'ENOENT') throw writeError(given, error);
    return undefined;
  });
  if (stats === undefined) return { kind: 'file', label: given, path, ids: [await nameId(path)] };
  const id = `${stats.dev}:${stats.ino}`;
  if (stats.isFile() || stats.isDirectory()) {
    return { kind: 'file', label: given, path, ids: [id, await nameId(path)] };
  }
  return { kind: 'special', label: given, path, ids: stats.isCharacterDevice() ? [] : [id], stats };
}

/** Which open descriptor a path names: `-`, `/dev/stdout`, `/dev/fd/3`, `/proc/self/fd/3`. */
function descriptorOf(path: string): number | undefined {
  if (path === '-' || path === '/dev/stdout') return 1;
  if (path === '/dev/stderr') return 2;
  const number = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(path)?.[1];
  return number === undefined ? undefined : Number(number);
}

/**
 * The stats of a descriptor that the caller opened for writing. Node's own are refused: its event queues, and pipes of
 * which this process holds both ends.
 */
function openDescriptor(descriptor: number, label: string): Stats {
  try {
    const stats = fstatSync(descriptor);
    const isStream = stats.isCharacterDevice() || stats.isSocket();
    const isWritten = stats.isFile() || isStream || (stats.isFIFO() && !isReadHere(stats));
    if (isWritten && isOpenForWriting(descriptor)) return stats;
  } catch (error) {
    if (systemErrorCode(error) !== 'EBADF') throw writeError(label, error);
  }
  throw notOpen(label);
}

function notOpen(label: string, hints?: readonly string[]): Error {
  return kmsxError('file-unwritable', `${label} is not open for writing`, { hints });
}

/** The same for every spelling of the name of a file that does not exist yet, by whatever path its folder is reached. */
async function nameId(path: string): Promise<string> {
  try {
    const { dev, ino } = await stat(dirname(path));
    return `name:${dev}:${ino}:${basename(path)}`;
  } catch {
    return `name:${path}`; // the folder does not exist: preparing the file reports it
  }
}
