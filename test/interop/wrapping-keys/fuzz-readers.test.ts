import { describe, test } from 'vitest';
import { fuzz } from '../../support/fuzz/fuzz.ts';
import { READERS } from '../../support/fuzz/readers/readers.ts';

describe('five thousand malformed inputs, fewer where they take long, with another seed each run,', () => {
  test.each(READERS.map((reader) => [reader.name, reader] as const))(
    'do no harm to what reads %s',
    async (_, reader) => {
      await fuzz(reader, 5);
    },
  );
});
