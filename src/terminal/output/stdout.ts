import { writeError } from '../../base/files/write-error.ts';
import type { Io } from '../io.ts';

/**
 * Writes to standard output; resolves when the system has accepted every byte.
 *
 * @throws KmsxError `stream-closed`, `disk-full`, `file-unwritable`
 */
export async function writeStdout(io: Pick<Io, 'stdout'>, bytes: Uint8Array): Promise<void> {
  await io.stdout.write(bytes).catch((error: unknown) => {
    throw writeError('standard output', error);
  });
}
