import { describe, expect, test } from 'vitest';
import { OwnError } from '../../../src/base/error.ts';
import { FOUND } from '../../support/fuzz/found.ts';
import { assertWithstands, fuzz } from '../../support/fuzz/fuzz.ts';
import { READERS } from '../../support/fuzz/readers/readers.ts';

describe.each(READERS.map((reader) => [reader.name, reader] as const))(
  'what reads %s',
  (_, reader) => {
    test('takes something, which fuzzing starts from', async () => {
      const codes = [];
      for (const sample of reader.samples) {
        codes.push(await assertWithstands(reader, Buffer.from(sample)));
      }
      if (reader.onlyThrows !== true) expect(codes).toContain(undefined);
    });

    test('withstands what is malformed', async () => {
      await fuzz(reader, 0.3);
    });
  },
);

test.each(FOUND)('%s: %j is %s', async (name, input, code) => {
  const reader = READERS.find((each) => each.name === name);
  expect(reader && (await assertWithstands(reader, Buffer.from(input)))).toBe(code);
});

describe('fuzzing finds', () => {
  const samples = ['{"a":[1,2]}'];

  test.each<[string, (bytes: Buffer) => unknown]>([
    ['a defect', (bytes): unknown => JSON.parse(bytes.toString())],
    ['an unknown code', () => Promise.reject(new OwnError('internal', 'a defect', {}, {}))],
    ['a prototype that is polluted', () => Object.create({ polluted: true }) as unknown],
  ])('%s, and names the seed and the input', async (_, read) => {
    const run = fuzz({ name: 'sample', samples, read }, 0.3);
    await expect(run).rejects.toThrow(/seed: -?\d+/);
  });
});
