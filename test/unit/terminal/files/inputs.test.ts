import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KmsxError } from '../../../../src/base/error.ts';
import type { Input } from '../../../../src/terminal/files/inputs.ts';
import { assertOneStdin, readInput } from '../../../../src/terminal/files/inputs.ts';
import type { Io } from '../../../../src/terminal/io.ts';
import { createReporter } from '../../../../src/terminal/reporter.ts';
import { useTempFolder } from '../../../support/temp-folder.ts';
import type { TestIoOptions } from '../../../support/test-io.ts';
import { testIo } from '../../../support/test-io.ts';

const folder = useTempFolder();
const MIB = 1024 * 1024;
const REPORTING = { quiet: false, verbose: false, color: 'never', errorFormat: 'text' } as const;

async function read(
  path: string,
  options: TestIoOptions = {},
  fault: Partial<Io> = {},
): Promise<Input> {
  const io = { ...testIo({ cwd: folder(), ...options }), ...fault };
  return await readInput(path, 'a thing', io, createReporter(io, REPORTING));
}

async function refused(reading: Promise<Input>): Promise<KmsxError> {
  return await reading.then(
    () => {
      throw new Error('it was read');
    },
    (error: unknown) => {
      if (error instanceof KmsxError) return error;
      throw error;
    },
  );
}

describe('an input', () => {
  it('is read from the working folder of the command, and known again by any name', async () => {
    writeFileSync(join(folder(), 'a'), 'content');
    symlinkSync('a', join(folder(), 'link'));
    const { dev, ino } = statSync(join(folder(), 'a'));
    const input = await read('a');
    expect(input).toEqual({ bytes: Buffer.from('content'), label: 'a', fileId: `${dev}:${ino}` });
    for (const path of ['./a', 'link', join(folder(), 'a')]) {
      expect((await read(path)).fileId).toBe(input.fileId);
    }
  });

  it('that is - comes from standard input', async () => {
    const expected = { bytes: Buffer.from('typed'), label: 'standard input' };
    for (const path of ['-', '/dev/stdin', '/dev/fd/0', '/proc/self/fd/0']) {
      expect(await read(path, { stdin: 'typed' })).toMatchObject(expected);
    }
  });

  it('may be a named pipe, whose writer may come late', async () => {
    execFileSync('mkfifo', [join(folder(), 'pipe')]);
    const reading = read('pipe');
    await writeFile(join(folder(), 'pipe'), 'late');
    expect(await reading).toMatchObject({ bytes: Buffer.from('late'), fileId: undefined });
  });

  it('stops waiting for the writer of a named pipe when it is told to', async () => {
    execFileSync('mkfifo', [join(folder(), 'pipe')]);
    const interrupt = new AbortController();
    const reading = read('pipe', {}, { signal: interrupt.signal });
    setTimeout(() => {
      interrupt.abort();
    }, 50);
    await expect(reading).rejects.toThrow(/abort/i);
  });

  it('has at most one MiB', async () => {
    writeFileSync(join(folder(), 'most'), Buffer.alloc(MIB, 1));
    writeFileSync(join(folder(), 'more'), Buffer.alloc(MIB + 1, 1));
    expect((await read('most')).bytes).toHaveLength(MIB);
    expect((await refused(read('more'))).code).toBe('input-too-large');
    expect((await refused(read('/dev/zero'))).code).toBe('input-too-large');
    const stdin = Buffer.alloc(MIB + 1, 1);
    expect((await refused(read('-', { stdin }))).code).toBe('input-too-large');
  });

  it.each([
    ['nothing there', 'gone', 'file-missing', 'gone does not exist'],
    ['a folder', 'folder', 'input-is-folder', 'folder is a folder'],
    ['below a file', 'empty/x', 'file-unreadable', 'empty/x cannot be read (ENOTDIR)'],
    ['a link to itself', 'loop', 'file-unreadable', 'loop cannot be read (ELOOP)'],
    ['empty', 'empty', 'input-empty', 'empty is empty; a thing is needed'],
    ['an empty device', '/dev/null', 'input-empty', '/dev/null is empty; a thing is needed'],
    ['an empty stdin', '-', 'input-empty', 'standard input is empty; a thing is needed'],
  ])('is refused: %s', async (_, path, code, message) => {
    mkdirSync(join(folder(), 'folder'));
    writeFileSync(join(folder(), 'empty'), '');
    symlinkSync('loop', join(folder(), 'loop'));
    expect(await refused(read(path))).toMatchObject({ code, message });
  });

  it('that fails on the way is not an empty one', async () => {
    const failing = { ...testIo().stdin, read: () => Promise.reject(new Error('EIO')) };
    expect((await refused(read('-', {}, { stdin: failing }))).code).toBe('stream-failed');
  });
});

describe('standard input', () => {
  it('is for one input only, by whatever name', () => {
    const request = (option: string, path: string) => ({ option, path });
    const two = [request('--in', '-'), request('--x', 'f'), request('--pubkey', '/dev/fd/0')];
    expect(() => {
      assertOneStdin(two);
    }).toThrow('--in and --pubkey cannot both read standard input');
    assertOneStdin(two.slice(0, 2));
    assertOneStdin([]);
  });
});
