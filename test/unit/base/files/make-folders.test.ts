import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FILE_STEPS } from '../../../../src/base/files/file-steps.ts';
import { makeFolders } from '../../../../src/base/files/make-folders.ts';
import { useTempFolder } from '../../../support/temp-folder.ts';

const root = useTempFolder();

describe('makeFolders', () => {
  test('makes every folder that is missing, with its mode', async () => {
    await makeFolders(join(root(), 'a', 'b', 'c'), 0o700);
    for (const name of ['a', 'a/b', 'a/b/c']) {
      expect(statSync(join(root(), name)).mode & 0o777).toBe(0o700);
    }
  });

  test('has each folder that it made on stable storage in its parent', async () => {
    const synced: string[] = [];
    const steps = { ...FILE_STEPS, sync: (path: string) => void synced.push(path) };
    await makeFolders(join(root(), 'a', 'b', 'c'), 0o700, steps);
    expect(synced).toEqual([root(), join(root(), 'a'), join(root(), 'a', 'b')]);
    await makeFolders(join(root(), 'a', 'b', 'c'), 0o700, steps);
    expect(synced).toHaveLength(3);
    const failing = {
      ...FILE_STEPS,
      sync: () => {
        throw Object.assign(new Error('no'), { code: 'EIO' });
      },
    };
    await expect(makeFolders(join(root(), 'd'), 0o700, failing)).rejects.toThrow('no');
  });

  test('leaves a folder that is there as it is, and a link to one', async () => {
    mkdirSync(join(root(), 'a'), { mode: 0o750 });
    symlinkSync('a', join(root(), 'link'));
    await makeFolders(join(root(), 'a'), 0o700);
    await makeFolders(join(root(), 'link', 'b'), 0o700);
    await makeFolders('/', 0o700);
    expect(statSync(join(root(), 'a')).mode & 0o777).toBe(0o750);
    expect(existsSync(join(root(), 'a', 'b'))).toBe(true);
  });

  test('fails where a file has the name, or that of a folder above', async () => {
    writeFileSync(join(root(), 'file'), '');
    symlinkSync('nowhere', join(root(), 'dangling'));
    const codeOf = (...names: string[]): Promise<unknown> =>
      makeFolders(join(root(), ...names), 0o700).then(
        () => 'made',
        (error: unknown) => (error as NodeJS.ErrnoException).code,
      );
    expect(await codeOf('file')).toBe('EEXIST');
    expect(await codeOf('dangling')).toBe('EEXIST');
    expect(await codeOf('file', 'b', 'c')).toBe('ENOTDIR');
  });

  test('ends where the file system takes no folder', async () => {
    for (const folder of ['/proc/kmsx-x', '/proc/kmsx-x/y/z']) {
      await expect(makeFolders(folder, 0o700)).rejects.toMatchObject({ code: 'ENOENT' });
    }
  });
});
