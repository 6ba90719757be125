import { expect, test } from 'vitest';
import { fuzzSeed } from '../../support/fuzz/seed.ts';
import { fuzzGateway } from '../../support/local-kms/fuzz.ts';

/** test/interop/local-kms/fuzz-requests.test.ts sends more. */
const REQUESTS = 4000;

test('malformed requests get an answer of KMS each', async () => {
  const seed = fuzzSeed();
  const { failures, codes } = await fuzzGateway(REQUESTS, seed);
  expect(failures, `FUZZ_SEED=${seed}`).toEqual([]);
  // They reached every layer: the signatures, the parameters, the keys, and some went through.
  const reached = ['SignatureDoesNotMatch', 'InvalidParameter', 'Forbidden.KeyNotFound', 'none'];
  for (const code of reached) expect(codes.get(code), code).toBeGreaterThan(REQUESTS / 100);
});
