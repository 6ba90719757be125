import { expect, test } from 'vitest';
import type { OutputStream } from '../../../src/terminal/io.ts';
import { startLineLog } from '../../../src/commands/rehearsals/local-kms/line-log.ts';

/** A stream that takes nothing until it is told to. */
function stalledStream(): { stream: OutputStream; pieces: string[]; release: () => void } {
  const pieces: string[] = [];
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const write = async (bytes: Uint8Array): Promise<void> => {
    await released;
    pieces.push(Buffer.from(bytes).toString());
  };
  const stream = {
    isTerminal: false,
    columns: undefined,
    isOpen: true,
    fileId: undefined,
    write,
    writeUntil: write,
  };
  return { stream, pieces, release };
}

test('loses no line of many that come at once, and writes them in a few pieces', async () => {
  const { stream, pieces, release } = stalledStream();
  const log = startLineLog(stream);
  for (let count = 0; count < 10_000; count += 1) {
    log.write(`line ${count}`);
    if (count % 100 === 0) await Promise.resolve();
  }
  release();
  await log.end();
  const lines = pieces.join('').split('\n');
  expect(lines).toEqual([...Array.from({ length: 10_000 }, (_, count) => `line ${count}`), '']);
  expect(pieces.length).toBeLessThanOrEqual(2);
});

test('keeps so many lines while nobody reads, drops more, and says how many', async () => {
  const { stream, pieces, release } = stalledStream();
  const log = startLineLog(stream, 1_000);
  log.write('on its way');
  await Promise.resolve();
  for (let count = 0; count < 1_499; count += 1) log.write(`line ${count}`);
  release();
  await log.end();
  const lines = pieces.join('').split('\n');
  expect(lines.slice(-3)).toEqual(['line 999', 'kmsx: 499 lines of the log were dropped here', '']);
  expect(lines).toHaveLength(1_003);
});

test('goes on after a gap', async () => {
  const { stream, pieces, release } = stalledStream();
  const log = startLineLog(stream, 3);
  for (let count = 0; count < 4; count += 1) log.write('before');
  release();
  await log.end();
  log.write('after');
  await log.end();
  expect(pieces.join('')).toBe(
    `${'before\n'.repeat(3)}kmsx: 1 lines of the log were dropped here\nafter\n`,
  );
});

test('ends though nobody reads', async () => {
  const { stream, pieces } = stalledStream();
  const log = startLineLog(stream);
  log.write('line');
  await log.end();
  expect(pieces).toEqual([]);
});

test('goes on where a piece cannot be written, and says how many lines it had', async () => {
  const pieces: string[] = [];
  const write = (bytes: Uint8Array): Promise<void> => {
    pieces.push(Buffer.from(bytes).toString());
    return pieces.length === 1 ? Promise.reject(new Error('full')) : Promise.resolve();
  };
  const log = startLineLog({ ...stalledStream().stream, write, writeUntil: write });
  log.write('a');
  log.write('b');
  await Promise.resolve();
  log.write('c');
  await log.end();
  expect(pieces).toEqual(['a\nb\n', 'kmsx: 2 lines of the log were dropped here\nc\n']);
});
