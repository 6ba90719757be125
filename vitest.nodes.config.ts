import { defineConfig } from 'vitest/config';
import { defines } from './scripts/defines.js';

/* What each newer Node.js runs: a data key's life by the real program (test/interop/program/newer-nodes.test.ts). */
export default defineConfig({
  define: defines('0.0.0'),
  test: {
    include: [
      'test/commands/life/one-key-life.test.ts',
      'test/commands/life/sm-keys.test.ts',
      'test/commands/life/ceremony.test.ts',
      'test/commands/whole/exit-codes.test.ts',
      'test/commands/whole/retries.test.ts',
      'test/e2e/interrupted.test.ts',
      'test/e2e/deprecations.test.ts',
      'test/e2e/module-process.test.ts',
      'test/e2e/credentials.test.ts',
      'test/interop/hsm/life.test.ts',
      'test/interop/sm2/sm2.test.ts',
    ],
    globalSetup: ['test/support/setup/build-once.ts'],
    setupFiles: ['test/support/setup/scrub-env.ts'],
    deps: { interopDefault: false },
    maxWorkers: '100%',
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
