import { describe, expect, test } from 'vitest';
import { fuzz } from '../support/fuzz/fuzz.ts';
import { READERS } from '../support/fuzz/readers/readers.ts';
import { fuzzSeed } from '../support/fuzz/seed.ts';
import { fuzzGateway } from '../support/local-kms/fuzz.ts';

test('a million malformed requests get an answer of KMS each', { timeout: 900_000 }, async () => {
  const seed = fuzzSeed();
  const { failures, codes } = await fuzzGateway(1_000_000, seed);
  expect(failures, `FUZZ_SEED=${seed}`).toEqual([]);
  // They reached every layer: the signatures, the parameters, the keys, and some went through.
  const reached = ['SignatureDoesNotMatch', 'InvalidParameter', 'Forbidden.KeyNotFound', 'none'];
  for (const code of reached) expect(codes.get(code), code).toBeGreaterThan(1_000_000 / 100);
});

describe('twenty thousand malformed inputs, fewer where they take long,', () => {
  test.each(READERS.map((reader) => [reader.name, reader] as const))(
    'do no harm to what reads %s',
    { timeout: 900_000 },
    async (_, reader) => {
      await fuzz(reader, 20);
    },
  );
});
