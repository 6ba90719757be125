import { statSync } from 'node:fs';
import { absolutePath } from '../../base/files/absolute-path.ts';
import type { ManifestSource } from '../../batch/manifest/source.ts';
import { manifestInFile, manifestInMemory } from '../../batch/manifest/source.ts';
import { readInput } from '../../terminal/files/inputs.ts';
import type { Session } from '../../terminal/session.ts';

/** A pipe can be read once: what comes out of it is kept in memory. */
const MOST_KEPT = 64 * 1024 * 1024;

/**
 * Opens a manifest: a file of any length, or standard input or a pipe with at most 64 MiB.
 *
 * @throws KmsxError those of reading
 */
export async function openManifest(path: string, session: Session): Promise<ManifestSource> {
  const { io, reporter } = session;
  const at = absolutePath(io.cwd, path);
  const isFile = path !== '-' && statSync(at, { throwIfNoEntry: false })?.isFile() === true;
  if (isFile) return manifestInFile(at, path);
  const { bytes, label } = await readInput(path, 'a manifest', io, reporter, MOST_KEPT);
  return manifestInMemory(bytes, label);
}
