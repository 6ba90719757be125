import { dirname } from 'node:path';
import { kmsxError, systemErrorCode } from '../error.ts';

/** An output that is there already. */
export function existsError(label: string): Error {
  return kmsxError('output-exists', `${label} exists already`, { path: label });
}

/** Turns a system error of writing what is called `label` into one that says what to do; others pass unchanged. */
export function writeError(label: string, error: unknown): unknown {
  const code = systemErrorCode(error);
  const details = { path: label, folder: dirname(label) };
  switch (code) {
    case 'EEXIST':
      return existsError(label);
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return kmsxError('disk-full', `no space left to write ${label}`, details, error);
    case 'ENOENT':
      return kmsxError(
        'file-unwritable',
        `${label} cannot be written: the folder ${dirname(label)} does not exist`,
        details,
        error,
      );
    case 'EPIPE':
      return kmsxError('stream-closed', `the reader of ${label} went away`, details, error);
    default:
      if (error instanceof Error && 'syscall' in error) {
        return kmsxError(
          'file-unwritable',
          `${label} cannot be written (${code ?? ''})`,
          details,
          error,
        );
      }
      return error;
  }
}
