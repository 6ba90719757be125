/* The schema of seeds takes 20 ms of a core to compile, and these tests read some hundred seeds: once a process is enough. */
import { vi } from 'vitest';

vi.mock('../../../src/local-kms/seed/seed-schema.ts', async (importOriginal) => {
  const real = await importOriginal<typeof import('../../../src/local-kms/seed/seed-schema.ts')>();
  let compiled: ReturnType<typeof real.compileSeedSchema> | undefined;
  return { ...real, compileSeedSchema: () => (compiled ??= real.compileSeedSchema()) };
});
