import { join } from 'node:path';
import { kmsxError } from '../../../base/error.ts';
import type { Lock, LockContext } from '../../../base/files/lock/lock-file.ts';
import { holderOf, takeLock } from '../../../base/files/lock/lock-file.ts';

/**
 * Takes the lock of a state folder, waiting for at most `waitMs`; 0 refuses at once.
 *
 * @throws KmsxError `state-locked`, where `details.path` is the lock file; those of `takeLock`
 */
export async function takeStateLock(
  folder: string,
  waitMs: number,
  context: LockContext,
): Promise<Lock> {
  const lock = await takeLock(join(folder, 'lock'), waitMs, context);
  if ('release' in lock) return lock;
  throw kmsxError('state-locked', `${folder} is in use by ${holderOf(lock)}`, {
    details: { folder, ...lock },
  });
}
