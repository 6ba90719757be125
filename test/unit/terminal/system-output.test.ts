import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemOutput } from '../../../src/terminal/system-io.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();

it('writes come out in the order in which they were asked for, though nobody waits', async () => {
  const path = join(folder(), 'out');
  const descriptor = openSync(path, 'w');
  const output = systemOutput(process, descriptor, new AbortController().signal);
  const lines = Array.from({ length: 300 }, (_, index) => `${index}\n`);
  await Promise.all(lines.map((line) => output.write(Buffer.from(line))));
  closeSync(descriptor);
  expect(readFileSync(path, 'utf8')).toBe(lines.join(''));
});

it('a write that fails takes no other with it', async () => {
  const descriptor = openSync(join(folder(), 'out'), 'w');
  const output = systemOutput(process, descriptor, new AbortController().signal);
  const failing = output.writeUntil(Buffer.from('lost'), AbortSignal.abort());
  await output.write(Buffer.from('kept'));
  await expect(failing).rejects.toThrow();
  closeSync(descriptor);
  expect(readFileSync(join(folder(), 'out'), 'utf8')).toBe('kept');
});
