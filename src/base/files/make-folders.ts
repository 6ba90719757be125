import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemErrorCode } from '../error.ts';
import type { FileSteps } from './file-steps.ts';
import { FILE_STEPS } from './file-steps.ts';

/**
 * Creates a folder and its missing parents, each on stable storage in its parent; an existing one is left unchanged.
 *
 * Node's own `recursive` never ends if a file system answers ENOENT although the parent exists, as Linux's
 * `/proc` does. Here each folder is tried twice at most.
 *
 * @param mode - of every folder that is created, before the umask
 * @throws the system's error: `EEXIST` if the name belongs to something else, `ENOENT` if the file system takes no
 * folders
 */
export async function makeFolders(
  folder: string,
  mode: number,
  steps: FileSteps = FILE_STEPS,
): Promise<void> {
  const parent = dirname(folder);
  try {
    await makeFolder(folder, mode, steps);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT' || parent === folder) throw error;
    await makeFolders(parent, mode, steps);
    await makeFolder(folder, mode, steps);
  }
}

async function makeFolder(folder: string, mode: number, steps: FileSteps): Promise<void> {
  try {
    await steps.makeFolder(folder, mode);
  } catch (error) {
    // Some file systems do not answer EEXIST for an existing folder.
    const isFolder = await stat(folder).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
    if (!isFolder) throw error;
    return;
  }
  steps.sync(dirname(folder));
}
