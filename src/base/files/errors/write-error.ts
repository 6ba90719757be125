import { dirname } from 'node:path';
import { isSystemCallError, kmsxError, systemErrorCode } from '../../error.ts';
import { fewDescriptors } from './few-descriptors.ts';

/**
 * The error for an output that exists.
 *
 * @param hints - where `--force` does not move the old one aside
 */
export function existsError(label: string, hints?: readonly string[]): Error {
  return kmsxError('output-exists', `${label} already exists`, { hints });
}

/** Turns a system error from writing `label` into one that says what to do; other errors pass unchanged. */
export function writeError(label: string, error: unknown): unknown {
  if (!isSystemCallError(error)) return error;
  const few = fewDescriptors(systemErrorCode(error), error);
  if (few !== undefined) return few;
  const code = systemErrorCode(error) ?? '';
  const cause = error;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'Unknown system error -122': // EDQUOT on Linux, for which libuv has no name
    case 'EFBIG':
      return kmsxError('disk-full', `no space left to write ${label}`, { cause });
    case 'EPIPE':
      return kmsxError('stream-closed', `the reader of ${label} went away`, { cause });
    case 'ENOENT': {
      const message = `${label} cannot be written: the folder ${dirname(label)} does not exist`;
      return kmsxError('file-unwritable', message, { cause });
    }
    case 'ENAMETOOLONG':
      return kmsxError('file-unwritable', `${label} cannot be written: its name is too long`, {
        hints: ['give a shorter name: those of its temporary file and of FILE.old-TIME are longer'],
        cause,
      });
    default:
      return kmsxError('file-unwritable', `${label} cannot be written (${code})`, { cause });
  }
}
