import { KmsxError, kmsxError, systemErrorCode } from '../../error.ts';
import { fewDescriptors } from './few-descriptors.ts';

/** What a folder or a file in it could not be read for, as an error of kmsx; any other error unchanged. */
export function readError(label: string, error: unknown): unknown {
  if (error instanceof KmsxError) return error;
  const code = systemErrorCode(error);
  const few = fewDescriptors(code, error);
  if (code === undefined || few !== undefined) return few ?? error;
  if (code === 'ENOENT') {
    return kmsxError('file-missing', `${label} does not exist`, { cause: error });
  }
  return code === 'ENOTDIR'
    ? kmsxError('bad-usage', `${label} is no folder`, { cause: error })
    : kmsxError('file-unreadable', `${label} cannot be read (${code})`, { cause: error });
}
