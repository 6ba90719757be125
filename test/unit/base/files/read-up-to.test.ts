import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openPatiently, readUpTo } from '../../../../src/base/files/read-up-to.ts';
import { useTempFolder } from '../../../support/temp-folder.ts';

const folder = useTempFolder();

/** A named pipe, opened for reading, and its writer. */
async function pipe(): Promise<{ reader: FileHandle; writer: FileHandle }> {
  const path = join(folder(), 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = await openPatiently(path);
  return { reader, writer: await open(path, 'w') };
}

describe('reading', () => {
  it('ends at the end of a file, or one byte after the limit', async () => {
    writeFileSync(join(folder(), 'f'), 'content');
    for (const [maxBytes, text] of [
      [100, 'content'],
      [7, 'content'],
      [6, 'content'],
      [5, 'conten'],
    ] as const) {
      const file = await openPatiently(join(folder(), 'f'));
      expect((await readUpTo(file, maxBytes)).toString()).toBe(text);
      await file.close();
    }
  });

  it('waits for the writer of a pipe, and reads all that it writes', async () => {
    const { reader, writer } = await pipe();
    const reading = readUpTo(reader, 100, { silenceMs: 10_000 });
    for (const part of ['one ', 'two']) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      await writer.write(part);
    }
    await writer.close();
    expect((await reading).toString()).toBe('one two');
    await reader.close();
  });

  it('gives up a pipe that is silent for too long', async () => {
    const { reader, writer } = await pipe();
    await expect(readUpTo(reader, 100, { silenceMs: 40 })).rejects.toMatchObject({
      code: 'EAGAIN',
    });
    await writer.close();
    await reader.close();
  });

  it('takes a named pipe without a writer as empty, or waits until it is told to stop', async () => {
    execFileSync('mkfifo', [join(folder(), 'pipe')]);
    const reader = await openPatiently(join(folder(), 'pipe'));
    expect(await readUpTo(reader, 100)).toHaveLength(0);
    const signal = AbortSignal.timeout(50);
    await expect(readUpTo(reader, 100, { waitForWriter: true, signal })).rejects.toThrow();
    await reader.close();
  });
});
