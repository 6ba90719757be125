import type { KmsxError } from '../../error.ts';
import { kmsxError } from '../../error.ts';

/**
 * The error for a process, or a system, that has no file descriptor left; undefined for any other.
 *
 * @param code - of the system's error
 */
export function fewDescriptors(code: string | undefined, cause?: unknown): KmsxError | undefined {
  if (code !== 'EMFILE' && code !== 'ENFILE') return undefined;
  return kmsxError('file-unreadable', `there are too few file descriptors (${code})`, {
    hints: ['ulimit -n 1024, in the shell that runs kmsx'],
    cause,
  });
}
