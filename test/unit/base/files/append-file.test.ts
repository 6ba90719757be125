import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AppendFile, AppendSteps } from '../../../../src/base/files/append-file.ts';
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

/** A disk that has room for so many bytes of the file, of which each write and sync may fail. */
interface FaultyDisk {
  room: number;
  /** How the next writes and syncs fail; each once. */
  readonly writes: (string | undefined)[];
  readonly syncs: (string | undefined)[];
  /** What is on stable storage. */
  stable: Buffer;
  /** Whether a failed sync drops what was written since the last. */
  drops: boolean;
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code, syscall: 'write' });
}

function faultyDisk(room = Infinity): FaultyDisk & { readonly steps: AppendSteps } {
  const disk: FaultyDisk = { room, writes: [], syncs: [], stable: Buffer.alloc(0), drops: true };
  return Object.assign(disk, {
    steps: {
      write: async (file, bytes, from, position) => {
        const code = disk.writes.shift();
        if (code !== undefined) throw systemError(code);
        const fits = Math.min(bytes.length - from, disk.room - position);
        if (fits <= 0) throw systemError('ENOSPC');
        return (await file.write(bytes, from, fits, position)).bytesWritten;
      },
      sync: async (file) => {
        const code = disk.syncs.shift();
        if (code !== undefined) {
          if (disk.drops) await file.truncate(disk.stable.length);
          throw systemError(code);
        }
        await file.datasync();
        disk.stable = readFileSync(path());
      },
    } satisfies AppendSteps,
  });
}

const faulty = (disk: { readonly steps: AppendSteps }, ahead = 0): Promise<AppendFile> =>
  openAppendFile(path(), { label: 'lines', ahead, syncEveryMs: 0, steps: disk.steps });

const FULL = expect.objectContaining({ code: 'disk-full' }) as Error;
const UNWRITABLE = expect.objectContaining({ code: 'file-unwritable' }) as Error;

describe('when the disk becomes full', () => {
  it('what was begun finds the room that was kept for it, each for itself', async () => {
    const ahead = 4096;
    const disk = faultyDisk();
    const file = await faulty(disk, ahead);
    await file.append('first\n');
    disk.room = statSync(path()).size + 100; // zeros find some of the room that they look for
    const sizes = [...Array.from({ length: 20 }, () => 100), 50_000, 10, 10];
    const lines = sizes.map((size, index) => `${index}${'x'.repeat(size)}\n`);
    const added = await Promise.allSettled(lines.map((line) => file.append(line)));
    expect(added.map(({ status }) => status)).toEqual(
      sizes.map((size) => (size === 50_000 ? 'rejected' : 'fulfilled')),
    );
    expect(file.shortage).toEqual(FULL);
    await expect(file.append('y'.repeat(5000))).rejects.toThrow(FULL);
    await file.append('last\n');
    await file.close();
    const kept = lines.filter((_, index) => sizes[index] !== 50_000).join('');
    expect(text()).toBe(`first\n${kept}last\n`);
  });

  it('is short of nothing where there is room', async () => {
    const file = await faulty(faultyDisk(), 4096);
    await file.append('first\n');
    expect(file.shortage).toBeUndefined();
    await file.close();
  });

  it('fails from then on where no room was kept', async () => {
    const file = await faulty(faultyDisk(20));
    await file.append('first\n');
    await expect(file.append(`${'x'.repeat(30)}\n`)).rejects.toThrow(FULL);
    await expect(file.append('y\n')).rejects.toThrow(FULL);
    await file.close();
    await (await open()).close();
    expect(text()).toBe('first\n');
  });
});

describe('when a write fails', () => {
  it.each([1, 2, 3])('tells each of %d appends that come later of it', async (later) => {
    const disk = faultyDisk();
    const file = await faulty(disk);
    disk.writes.push('EIO');
    for (let count = 0; count <= later; count += 1) {
      await expect(file.append('a\n')).rejects.toThrow(UNWRITABLE);
    }
    await expect(Promise.all([file.append('b\n'), file.append('c\n')])).rejects.toThrow(UNWRITABLE);
    await file.close();
    expect(text()).toBe('');
  });
});

describe('when a sync fails', () => {
  it('writes once more what may be lost, and syncs that', async () => {
    const disk = faultyDisk();
    const file = await faulty(disk);
    await file.append('first\n');
    disk.syncs.push('EIO');
    await file.append('second\n');
    expect(disk.stable.toString()).toBe('first\nsecond\n');
    await file.close();
    expect(text()).toBe('first\nsecond\n');
  });

  it('for good, leaves the lines that were written', async () => {
    const disk = faultyDisk();
    const file = await faulty(disk);
    await file.append('first\n');
    disk.syncs.push('EIO', 'EIO');
    disk.drops = false;
    await expect(file.append('second\n')).rejects.toThrow(UNWRITABLE);
    await expect(file.append('third\n')).rejects.toThrow(UNWRITABLE);
    await file.close();
    expect(text()).toBe('first\nsecond\n');
    await (await open()).close();
    expect(text()).toBe('first\nsecond\n');
  });
});
