import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { kmsxError } from '../base/error.ts';
import type { AppendFile } from '../base/files/append-file.ts';
import { openAppendFile } from '../base/files/append-file.ts';
import type { FileContext } from '../base/files/durable-file.ts';
import { writeError } from '../base/files/errors/write-error.ts';
import { readError } from '../base/files/errors/read-error.ts';
import type { ProofDocument } from '../documents/proof-document.ts';

/** Where a run writes its proofs: a new file, one on each line. */
export interface ProofFile {
  /** Resolves when the proof is on stable storage; after a failure there are no more. */
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
  context: Pick<FileContext, 'now' | 'randomBytes'>,
): Promise<ProofFile> {
  await assertWritable(folder, label);
  const time = context.now().toISOString().replaceAll(/[-:.]/g, '');
  const file = `proofs-${time}-${context.randomBytes(4).toString('hex')}.jsonl`;
  const path = join(folder, file);
  const named = `${label}/${file}`;
  let opened: Promise<AppendFile> | undefined;
  let count = 0;
  return {
    append: async (proof) => {
      opened ??= openAppendFile(path, { label: named, ahead: 0, syncEveryMs: 0, isNew: true });
      await (await opened).append(`${JSON.stringify(proof)}\n`);
      count += 1;
    },
    written: () => (count === 0 ? undefined : { label: named, count }),
    close: async () => {
      // Why it was not opened has been told.
      await (await opened?.catch(() => undefined))?.close();
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
