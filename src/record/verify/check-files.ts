import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { kmsxError, systemErrorCode } from '../../base/error.ts';
import { readError } from '../../base/files/errors/read-error.ts';
import { SECRET_PREFIX, STORE_PREFIX } from '../../base/place-prefixes.ts';
import type { RecordedFile, RecordEvent } from '../events.ts';
import { RECORD_FILES } from '../events.ts';
import type { ReadRecord } from '../chain/read-record.ts';
import { digestOf } from '../chain/recorded-file.ts';

/**
 * Compares the files that a record names with their hashes: the plan, and those of each event.
 *
 * A file outside the folder is opened only where a step of the ceremony names it, and it is a regular one.
 *
 * @returns what was not looked at, in words: files outside the folder that are not there, or no backups of the ceremony
 * @throws KmsxError `record-changed`, with the file and the line that names it; `file-unreadable`
 */
export async function checkFiles(folder: string, record: ReadRecord): Promise<readonly string[]> {
  const unreached = new Set<string>();
  for (const [index, event] of record.events.entries()) {
    for (const file of filesOf(event)) {
      const problem = await problemOf(folder, file, event.Type === 'step');
      if (problem === 'unreached') unreached.add(file.Name);
      else if (problem !== undefined) {
        throw fileChanged(file.Name, index + 1, `${record.label}: line ${index + 1}`, problem);
      }
    }
  }
  return [...unreached].map((name) => `${name} is not in the folder, and was not looked at`);
}

type NamedFile = Omit<RecordedFile, 'Size'> & Partial<Pick<RecordedFile, 'Size'>>;

function filesOf(event: RecordEvent): readonly NamedFile[] {
  if (event.Type === 'begin') return [{ Name: RECORD_FILES.plan, SHA256: event.PlanSHA256 }];
  return 'Files' in event ? (event.Files ?? []) : [];
}

async function problemOf(
  folder: string,
  file: NamedFile,
  isOfStep: boolean,
): Promise<string | undefined> {
  const { Name } = file;
  if ([SECRET_PREFIX, STORE_PREFIX].some((prefix) => Name.startsWith(prefix))) return 'unreached';
  const isOutside = Name.startsWith('/');
  if (Name.includes('\0') || (!isOutside && !isInFolder(Name))) return 'which no record can name';
  if (isOutside && !(isOfStep && (await isOrdinary(Name)))) return 'unreached';
  try {
    const { SHA256, Size } = await digestOf(isOutside ? Name : join(folder, Name));
    const isSame = SHA256 === file.SHA256 && (file.Size === undefined || Size === file.Size);
    return isSame ? undefined : 'which was changed';
  } catch (error) {
    if (isOutside && systemErrorCode(error) !== undefined) return 'unreached';
    if (systemErrorCode(error) === 'ENOENT') return 'which is missing';
    throw readError(Name, error);
  }
}

/** Whether a path outside the folder leads to a file that can be opened without an effect. Whoever wrote the record chose it. */
async function isOrdinary(path: string): Promise<boolean> {
  try {
    const place = await realpath(path);
    return !/^\/(?:dev|proc|sys)\//.test(place) && (await stat(place)).isFile();
  } catch (error) {
    if (systemErrorCode(error) !== undefined) return false;
    throw error;
  }
}

/** Whether a relative name leads to no other folder. */
function isInFolder(name: string): boolean {
  return name.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

function fileChanged(file: string, line: number, place: string, problem: string): Error {
  return kmsxError('record-changed', `${place} names ${file}, ${problem}`, {
    details: { line, file },
  });
}
