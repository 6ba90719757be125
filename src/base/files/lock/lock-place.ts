import { kmsxError } from '../../error.ts';
import type { Lock, LockContext } from './lock-file.ts';
import { holderOf, takeLock } from './lock-file.ts';

/**
 * Locks a file that a run adds to, until it is released or its process ends.
 *
 * @throws KmsxError with the given code while another process has it
 */
export async function lockPlace(
  code: 'journal-locked' | 'output-locked' | 'record-locked',
  { path, label }: { readonly path: string; readonly label: string },
  context: LockContext,
): Promise<Lock> {
  const lock = await takeLock(`${path}.lock`, 0, context);
  if ('release' in lock) return lock;
  throw kmsxError(code, `${label} is in use by ${holderOf(lock)}`, { details: lock });
}
