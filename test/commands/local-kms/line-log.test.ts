import { expect, test } from 'vitest';
import type { OutputStream } from '../../../src/terminal/io.ts';
import { startLineLog } from '../../../src/commands/rehearsals/local-kms/line-log.ts';

/** A stream that takes nothing until it is told to. */
function stalledStream(): { stream: OutputStream; lines: string[]; release: () => void } {
  const lines: string[] = [];
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const write = async (bytes: Uint8Array): Promise<void> => {
    await released;
    lines.push(Buffer.from(bytes).toString());
  };
  const stream = {
    isTerminal: false,
    columns: undefined,
    isOpen: true,
    fileId: undefined,
    write,
    writeUntil: write,
  };
  return { stream, lines, release };
}

test('keeps a thousand lines for a slow reader, drops more, and says how many', async () => {
  const { stream, lines, release } = stalledStream();
  const log = startLineLog(stream);
  for (let count = 0; count < 1_500; count += 1) log.write(`line ${count}`);
  release();
  await log.end();
  // One more than a thousand: the first was on its way.
  expect(lines).toHaveLength(1_002);
  expect(lines[1_000]).toBe('line 1000\n');
  expect(lines[1_001]).toBe('kmsx: 499 lines of the log were dropped here\n');
});

test('goes on after a gap', async () => {
  const { stream, lines, release } = stalledStream();
  const log = startLineLog(stream);
  for (let count = 0; count < 1_001; count += 1) log.write('before');
  log.write('lost');
  release();
  await log.end();
  log.write('after');
  await log.end();
  expect(lines.slice(-2)).toEqual(['kmsx: 1 lines of the log were dropped here\n', 'after\n']);
});

test('ends though nobody reads', async () => {
  const { stream, lines } = stalledStream();
  const log = startLineLog(stream);
  log.write('line');
  await log.end();
  expect(lines).toEqual([]);
});

test('writes every line, also when it ends at once, and goes on where one cannot be written', async () => {
  const lines: string[] = [];
  const write = (bytes: Uint8Array): Promise<void> => {
    lines.push(Buffer.from(bytes).toString());
    return lines.length === 1 ? Promise.reject(new Error('full')) : Promise.resolve();
  };
  const log = startLineLog({
    isTerminal: false,
    columns: undefined,
    isOpen: true,
    fileId: undefined,
    write,
    writeUntil: write,
  });
  log.write('a');
  log.write('b');
  await log.end();
  expect(lines).toEqual(['a\n', 'b\n']);
});
