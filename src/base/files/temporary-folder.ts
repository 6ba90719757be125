import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { writeError } from './write-error.ts';

/**
 * Makes a folder that only this user can enter, uses it, and removes it with all that is in it, also when the process is
 * interrupted.
 *
 * @param name - what the folder's name begins with, such as `kmsx-rehearsal-`
 * @throws KmsxError if no folder can be made
 */
export async function withTemporaryFolder<T>(
  name: string,
  { signal }: { readonly signal: AbortSignal },
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const prefix = join(resolve(tmpdir()), name); // children may have another working directory
  const folder = await mkdtemp(prefix).catch((error: unknown) => {
    throw writeError(prefix, error);
  });
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  signal.addEventListener('abort', remove, { once: true });
  try {
    return await use(folder);
  } finally {
    signal.removeEventListener('abort', remove);
    remove();
  }
}
