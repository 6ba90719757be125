import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemErrorCode } from '../error.ts';

/**
 * Makes a folder and those above it that are missing; one that exists is left as it is.
 *
 * Node's own `recursive` never ends where a file system answers ENOENT although the folder above is there, as
 * Linux's `/proc` does: here each folder is tried twice at most.
 *
 * @param mode - of every folder that is made, before the umask
 * @throws the system's error: `EEXIST` where something that is no folder has the name, `ENOENT` where the file
 * system takes no folder
 */
export async function makeFolders(folder: string, mode: number): Promise<void> {
  const parent = dirname(folder);
  try {
    await makeFolder(folder, mode);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT' || parent === folder) throw error;
    await makeFolders(parent, mode);
    await makeFolder(folder, mode);
  }
}

async function makeFolder(folder: string, mode: number): Promise<void> {
  try {
    await mkdir(folder, { mode });
  } catch (error) {
    // Some file systems have another error than EEXIST for a folder that is there.
    const isFolder = await stat(folder).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
    if (!isFolder) throw error;
  }
}
