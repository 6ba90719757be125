import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openAppendFile } from '../../../../src/base/files/append-file.ts';
import { useTempFolder } from '../../../support/temp-folder.ts';

const folder = useTempFolder();
const path = (): string => join(folder(), 'lines');
const open = (ahead = 0, syncEveryMs = 0): ReturnType<typeof openAppendFile> =>
  openAppendFile(path(), { label: 'lines', ahead, syncEveryMs });
const text = (): string => readFileSync(path(), 'utf8');

it.each([
  [0, 0],
  [4096, 0],
  [4096, 5],
])('adds lines in order, in groups, with %d bytes of room ahead', async (ahead, syncEveryMs) => {
  const file = await open(ahead, syncEveryMs);
  const lines = Array.from({ length: 500 }, (_, index) => `${index} ${'x'.repeat(index)}\n`);
  await Promise.all(lines.map((line) => file.append(line)));
  // All of it is there before it is closed, and room behind it.
  expect(text().slice(0, lines.join('').length)).toBe(lines.join(''));
  if (ahead > 0) expect(statSync(path()).size).toBeGreaterThan(file.length);
  await file.close();
  expect(text()).toBe(lines.join(''));
  expect(statSync(path()).mode & 0o777).toBe(0o600);
});

it.each([
  ['', ''],
  ['a\nb\n', 'a\nb\n'],
  ['a\nb', 'a\n'],
  ['a', ''],
  [`a\nb${'\0'.repeat(200_000)}`, 'a\n'],
  [`${'x'.repeat(200_000)}\ny`, `${'x'.repeat(200_000)}\n`],
])('cuts half a line', async (before, after) => {
  writeFileSync(path(), before);
  const file = await open();
  expect(text()).toBe(after);
  await file.append('more\n');
  await file.close();
  expect(text()).toBe(`${after}more\n`);
});

it('takes no folder and no link', async () => {
  mkdirSync(path());
  await expect(open()).rejects.toThrow('lines cannot be written');
  const link = join(folder(), 'link');
  symlinkSync('/dev/null', link);
  await expect(openAppendFile(link, { label: 'link', ahead: 0, syncEveryMs: 0 })).rejects.toThrow(
    'link',
  );
});
