import type { KmsxError } from '../error.ts';
import { kmsxError, systemErrorCode } from '../error.ts';

/** The error for a process, or a system, that has no file descriptor left; undefined for any other. */
export function fewDescriptors(error: unknown): KmsxError | undefined {
  const code = systemErrorCode(error);
  if (code !== 'EMFILE' && code !== 'ENFILE') return undefined;
  return kmsxError('file-unreadable', `there are too few file descriptors (${code})`, {
    hints: ['ulimit -n 1024, in the shell that runs kmsx'],
    cause: error,
  });
}
