import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openPatiently, readUpTo } from '../../../../src/base/files/read-up-to.ts';
import { useTempFolder } from '../../../support/temp-folder.ts';

const folder = useTempFolder();

async function read(path: string, maxBytes: number): Promise<string> {
  const file = await openPatiently(path);
  try {
    return (await readUpTo(file, maxBytes)).toString();
  } finally {
    await file.close();
  }
}

it('a file that grows while it is read is read to its end', async () => {
  const path = join(folder(), 'grows');
  writeFileSync(path, 'a');
  const file = await openPatiently(path);
  const stat = file.stat.bind(file);
  file.stat = (async () => {
    const stats = await stat();
    appendFileSync(path, 'b'.repeat(5000));
    return stats;
  }) as typeof file.stat;
  expect((await readUpTo(file, 10_000)).toString()).toBe(`a${'b'.repeat(5000)}`);
  await file.close();
});

it.each([0, 1, 99, 100, 101, 5000])('of %i bytes come at most one more than 100', async (size) => {
  const path = join(folder(), 'file');
  writeFileSync(path, 'x'.repeat(size));
  expect(await read(path, 100)).toHaveLength(Math.min(size, 101));
});

it('a file of the kernel, which tells no size, is read whole', async () => {
  const path = ['/proc/sys/kernel/pid_max', '/etc/hosts'].find(existsSync) ?? '';
  expect(await read(path, 1 << 20)).toBe(readFileSync(path, 'utf8'));
});
