import { dirname } from 'node:path';
import type { ErrorCode } from '../error-codes.ts';
import { kmsxError, systemErrorCode } from '../error.ts';

/** The error for an output that exists. */
export function existsError(label: string): Error {
  return kmsxError('output-exists', `${label} exists already`, { path: label });
}

/** Turns a system error from writing `label` into one that says what to do; other errors pass unchanged. */
export function writeError(label: string, error: unknown): unknown {
  if (!(error instanceof Error && 'syscall' in error)) return error;
  const folder = dirname(label);
  const make = (code: ErrorCode, message: string, hint?: string): Error =>
    kmsxError(code, message, { path: label, folder, ...(hint !== undefined && { hint }) }, error);
  const cause = systemErrorCode(error) ?? '';
  switch (cause) {
    case 'EEXIST':
      return existsError(label);
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return make('disk-full', `no space left to write ${label}`);
    case 'EPIPE':
      return make('stream-closed', `the reader of ${label} went away`);
    case 'ENOENT':
      return make(
        'file-unwritable',
        `${label} cannot be written: the folder ${folder} does not exist`,
      );
    case 'ENAMETOOLONG':
      return make(
        'file-unwritable',
        `${label} cannot be written: its name is too long`,
        'give a shorter name: those of its temporary file and of FILE.old-TIME are longer',
      );
    default:
      return make('file-unwritable', `${label} cannot be written (${cause})`);
  }
}
