import { expect, test } from 'vitest';
import { fuzzGateway } from '../support/local-kms/fuzz.ts';

test('a million malformed requests get an answer of KMS each', { timeout: 900_000 }, async () => {
  const { failures, codes } = await fuzzGateway(1_000_000, 2);
  expect(failures).toEqual([]);
  // They reached every layer: the signatures, the parameters, the keys, and some went through.
  const reached = ['SignatureDoesNotMatch', 'InvalidParameter', 'Forbidden.KeyNotFound', 'none'];
  for (const code of reached) expect(codes.get(code), code).toBeGreaterThan(1_000_000 / 100);
});
