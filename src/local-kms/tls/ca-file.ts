import { lstatSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { kmsxError } from '../../base/error.ts';
import type { FileContext } from '../../base/files/durable-file.ts';
import { prepareDurableFile } from '../../base/files/durable-file.ts';
import { makeTemporaryFolder } from '../../base/files/temporary/temporary-folder.ts';
import { isCertificateOfOurs } from './certificate-authority.ts';

/** The file with the certificate of the authority that clients are to trust. */
export interface CaFile {
  readonly path: string;
  /** Removes what was made for this server alone; further calls do nothing. */
  remove(): Promise<void>;
}

/** No certificate of ours is longer. */
const MAX_BYTES = 64 * 1024;

/**
 * Writes the certificate of an authority where `--ca-file` can read it: `FOLDER/ca.pem`, which the next server
 * replaces, where a server made what is there; or, without a folder, in a temporary folder of its own (0700), which `remove` deletes.
 *
 * @throws KmsxError `file-unwritable`, also for a `ca.pem` that is somebody's own; `disk-full`
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
  assertReplaceable(path);
  const options = { mode: 0o644, existing: 'replace', label: path } as const;
  const file = await prepareDurableFile(path, options, context);
  await file.commit(Buffer.from(pem));
  return path;
}

function assertReplaceable(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  const isOurs =
    stats.isFile() && stats.size <= MAX_BYTES && isCertificateOfOurs(readFileSync(path));
  if (isOurs) return;
  throw kmsxError('file-unwritable', `${path} is there already, and no local-kms made it`, {
    hints: ['give the state a folder of its own, or move that file away'],
  });
}
