/*
 * What is wrong with a modulus takes 5 ms of a core to find, and these tests read the same few keys some thousand times:
 * each modulus is examined once a process.
 */
import { vi } from 'vitest';

vi.mock('../../../src/wrapping/modulus/modulus.ts', async (importOriginal) => {
  const real = await importOriginal<typeof import('../../../src/wrapping/modulus/modulus.ts')>();
  const found = new Map<bigint, string | undefined>();
  const modulusFault: typeof real.modulusFault = (modulus) => {
    if (!found.has(modulus)) found.set(modulus, real.modulusFault(modulus));
    return found.get(modulus);
  };
  return { ...real, modulusFault };
});
