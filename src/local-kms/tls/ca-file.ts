import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileContext } from '../../base/files/durable-file.ts';
import { prepareDurableFile } from '../../base/files/durable-file.ts';
import { makeTemporaryFolder } from '../../base/files/temporary/temporary-folder.ts';

/** The file with the certificate of the authority that clients are to trust. */
export interface CaFile {
  readonly path: string;
  /** Removes what was made for this server alone; further calls do nothing. */
  remove(): Promise<void>;
}

/**
 * Writes the certificate of an authority where `--ca-file` can read it: `FOLDER/ca.pem`, which the next server
 * replaces; or, without a folder, in a temporary folder of its own (0700), which `remove` deletes.
 *
 * @throws KmsxError `file-unwritable`, `disk-full`
 */
export async function writeCaFile(
  pem: string,
  stateFolder: string | undefined,
  context: FileContext & { readonly userId?: number | undefined },
): Promise<CaFile> {
  if (stateFolder !== undefined) {
    return { path: await write(stateFolder, pem, context), remove: () => Promise.resolve() };
  }
  const folder = await makeTemporaryFolder('kmsx-local-kms-', context);
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    return { path: await write(folder, pem, context), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function write(folder: string, pem: string, context: FileContext): Promise<string> {
  const path = join(folder, 'ca.pem');
  const options = { mode: 0o644, existing: 'replace', label: path } as const;
  const file = await prepareDurableFile(path, options, context);
  await file.commit(Buffer.from(pem));
  return path;
}
