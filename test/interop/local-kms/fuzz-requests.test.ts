import { expect, test } from 'vitest';
import { fuzzSeed } from '../../support/fuzz/seed.ts';
import { fuzzGateway } from '../../support/local-kms/fuzz.ts';

/** With another seed each run. */
const REQUESTS = 100_000;

test(
  'a hundred thousand malformed requests get an answer of KMS each',
  { timeout: 900_000 },
  async () => {
    const seed = fuzzSeed();
    const { failures, codes } = await fuzzGateway(REQUESTS, seed);
    expect(failures, `FUZZ_SEED=${seed}`).toEqual([]);
    // They reached every layer: the signatures, the parameters, the keys, and some went through.
    const reached = ['SignatureDoesNotMatch', 'InvalidParameter', 'Forbidden.KeyNotFound', 'none'];
    for (const code of reached) expect(codes.get(code), code).toBeGreaterThan(REQUESTS / 100);
  },
);
