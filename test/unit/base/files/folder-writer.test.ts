import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FILE_STEPS } from '../../../../src/base/files/file-steps.ts';
import type { FolderWriter } from '../../../../src/base/files/folder-writer.ts';
import { openFolderWriter } from '../../../../src/base/files/folder-writer.ts';
import { pidSpace } from '../../../../src/base/files/temporary/temporary-name.ts';
import { useTempFolder } from '../../../support/temp-folder.ts';
import { testIo } from '../../../support/test-io.ts';

const folder = useTempFolder();
const at = (...names: readonly string[]): string => join(folder(), 'a', 'b', ...names);
const open = (steps = FILE_STEPS): Promise<FolderWriter> =>
  openFolderWriter(at(), 'b', { ...testIo(), fileSteps: steps });

it('makes the folder, and many files in it with few syncs of it', async () => {
  let syncs = 0;
  const writer = await open({
    ...FILE_STEPS,
    sync: (path) => {
      syncs += 1;
      FILE_STEPS.sync(path);
    },
  });
  const names = Array.from({ length: 200 }, (_, index) => `k${index}.json`);
  await Promise.all(names.map((name) => writer.write(name, Buffer.from(name))));
  expect(syncs).toBeLessThan(20);
  expect(readdirSync(at()).sort()).toEqual([...names].sort());
  for (const name of names) expect(readFileSync(at(name), 'utf8')).toBe(name);
  expect(statSync(at('k0.json')).mode & 0o777).toBe(0o600);
  expect([writer.has('k0.json'), writer.has('none')]).toEqual([true, false]);
});

it('keeps a file that is there: the same is fine, another is told', async () => {
  const writer = await open();
  writeFileSync(at('same'), 'x');
  writeFileSync(at('other'), 'y');
  await writer.write('same', Buffer.from('x'));
  await expect(writer.write('other', Buffer.from('x'))).rejects.toThrow('b/other already exists');
  expect(readFileSync(at('other'), 'utf8')).toBe('y');
  expect(readdirSync(at()).sort()).toEqual(['other', 'same']);
});

it('leaves nothing of a file for which there is no room, and writes the others', async () => {
  const full = Object.assign(new Error('full'), { code: 'ENOSPC', syscall: 'write' });
  const writer = await open({
    ...FILE_STEPS,
    write: (file, bytes, position) =>
      bytes.length > 10 ? Promise.reject(full) : FILE_STEPS.write(file, bytes, position),
  });
  const writes = ['short', 'long enough to fail'].map((text) =>
    writer.write(`${text.length}`, Buffer.from(text)),
  );
  const [short, long] = await Promise.allSettled(writes);
  expect(short).toMatchObject({ status: 'fulfilled' });
  expect(long).toMatchObject({ status: 'rejected', reason: { code: 'disk-full' } });
  expect(readdirSync(at())).toEqual(['5']);
});

it('removes what a run that was killed left there', async () => {
  mkdirSync(at(), { recursive: true });
  const leftover = `.k1.json.kmsx-99999-${pidSpace()}0123456789ab.tmp`;
  writeFileSync(at(leftover), 'half');
  writeFileSync(at('.mine.tmp'), 'mine');
  await open();
  expect(readdirSync(at())).toEqual(['.mine.tmp']);
});
