import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KmsxError, systemErrorCode } from '../../base/error.ts';
import { RECORD_FILES } from '../events.ts';
import { readFileOf } from '../chain/read-record.ts';
import type { RefusedSignature } from '../signatures/verify.ts';

/** A file that should be a signature. */
export interface SignatureFile {
  /** Its name in the folder of the record. */
  readonly label: string;
  readonly bytes: Buffer;
}

/** What lies in `signatures/` and is named so. */
export interface SignatureFiles {
  readonly files: readonly SignatureFile[];
  /** What can be no signature: a folder, a device, what cannot be read. */
  readonly refused: readonly RefusedSignature[];
}

/** More than any signature of SSH needs. */
const MAX_SIGNATURE_BYTES = 64 * 1024;

/** Reads the signatures in the folder of a record. What is none is told, and stops nothing. */
export async function readSignatures(folder: string): Promise<SignatureFiles> {
  const files: SignatureFile[] = [];
  const refused: RefusedSignature[] = [];
  const path = join(folder, RECORD_FILES.signatures);
  const names = await readdir(path).catch((error: unknown) => {
    const problem = problemOf(error);
    if (systemErrorCode(error) !== 'ENOENT')
      refused.push({ label: RECORD_FILES.signatures, problem });
    return [];
  });
  for (const name of names.filter((each) => each.endsWith('.sig')).sort()) {
    const label = `${RECORD_FILES.signatures}/${name}`;
    try {
      const bytes = (await stat(join(folder, label))).isFile()
        ? await readFileOf(folder, label, MAX_SIGNATURE_BYTES)
        : undefined;
      if (bytes === undefined) refused.push({ label, problem: 'is no regular file' });
      else files.push({ label, bytes });
    } catch (error) {
      refused.push({ label, problem: problemOf(error) });
    }
  }
  return { files, refused };
}

/** @throws the error, where it is none of reading a file */
function problemOf(error: unknown): string {
  if (error instanceof KmsxError) {
    return error.code === 'input-too-large' ? 'is larger than any signature' : 'cannot be read';
  }
  const code = systemErrorCode(error);
  if (code === undefined) throw error;
  return `cannot be read (${code})`;
}
