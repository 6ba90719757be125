import { expect, test } from 'vitest';
import { fuzzSeed } from '../../support/fuzz/seed.ts';
import { fuzzGateway } from '../../support/local-kms/fuzz.ts';

test('ten thousand malformed requests get an answer of KMS each', async () => {
  const seed = fuzzSeed();
  const { failures, codes } = await fuzzGateway(10_000, seed);
  expect(failures, `FUZZ_SEED=${seed}`).toEqual([]);
  // They reached every layer: the signatures, the parameters, the keys, and some went through.
  const reached = ['SignatureDoesNotMatch', 'InvalidParameter', 'Forbidden.KeyNotFound', 'none'];
  for (const code of reached) expect(codes.get(code), code).toBeGreaterThan(10_000 / 100);
});
