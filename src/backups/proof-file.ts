import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { access, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { kmsxError } from '../base/error.ts';
import type { FileContext } from '../base/files/durable-file.ts';
import { FILE_STEPS } from '../base/files/file-steps.ts';
import { writeError } from '../base/files/write-error.ts';
import type { ProofDocument } from '../documents/proof-document.ts';
import { readError } from './folder-place.ts';

/** Where a run writes its proofs: a new file, one on each line. */
export interface ProofFile {
  /** Resolves when the proof is on stable storage. */
  readonly append: (proof: ProofDocument) => Promise<void>;
  /** What the file is called, and how many proofs it holds; undefined while there is none. */
  readonly written: () => { readonly label: string; readonly count: number } | undefined;
  readonly close: () => Promise<void>;
}

/**
 * Prepares a file of proofs in a folder; it comes into being with the first one. What a killed run leaves is whole but for
 * the last line.
 *
 * @param folder - absolute
 * @param label - as the user named it
 * @throws KmsxError `file-missing`, `file-unwritable`, now; `disk-full`, `file-unwritable` when one is written
 */
export async function prepareProofFile(
  folder: string,
  label: string,
  context: Pick<FileContext, 'now' | 'randomBytes' | 'fileSteps'>,
): Promise<ProofFile> {
  await assertWritable(folder, label);
  const time = context.now().toISOString().replaceAll(/[-:.]/g, '');
  const file = `proofs-${time}-${context.randomBytes(4).toString('hex')}.jsonl`;
  let handle: FileHandle | undefined;
  let count = 0;
  const queue: Buffer[] = [];
  let last: Promise<void> = Promise.resolve();

  // Whatever was queued while one group went to the disk is the next group.
  const flush = async (): Promise<void> => {
    if (queue.length === 0) return;
    const group = queue.splice(0);
    try {
      handle ??= await create(folder, file, context);
      await handle.appendFile(Buffer.concat(group));
      await handle.datasync();
      count += group.length;
    } catch (error) {
      throw writeError(`${label}/${file}`, error);
    }
  };
  return {
    append: (proof) => {
      queue.push(Buffer.from(`${JSON.stringify(proof)}\n`));
      const written = last.then(flush);
      last = written.catch(() => undefined); // whoever appended it is told
      return written;
    },
    written: () => (count === 0 ? undefined : { label: `${label}/${file}`, count }),
    close: async () => {
      await last;
      await handle?.close();
    },
  };
}

async function assertWritable(folder: string, label: string): Promise<void> {
  try {
    if (!(await stat(folder)).isDirectory()) {
      throw kmsxError('file-unwritable', `${label} is not a folder`);
    }
  } catch (error) {
    throw readError(label, error);
  }
  await access(folder, constants.W_OK | constants.X_OK).catch((error: unknown) => {
    throw writeError(label, error);
  });
}

async function create(
  folder: string,
  file: string,
  { fileSteps = FILE_STEPS }: Pick<FileContext, 'fileSteps'>,
): Promise<FileHandle> {
  const handle = await open(join(folder, file), 'ax', 0o600);
  fileSteps.sync(folder);
  return handle;
}
