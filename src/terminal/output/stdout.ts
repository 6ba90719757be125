import { writeError } from '../../base/files/errors/write-error.ts';
import { systemErrorCode } from '../../base/error.ts';
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

/**
 * Waits until a text that is not a result, such as help or a completion script, has been written to standard output. A
 * reader that leaves early (`kmsx --help | head`) has seen what it wanted: that is not an error.
 *
 * @throws KmsxError `disk-full`, `file-unwritable`
 */
export async function textWritten(writing: Promise<void>): Promise<void> {
  await writing.catch((error: unknown) => {
    if (systemErrorCode(error) !== 'EPIPE') throw writeError('standard output', error);
  });
}
